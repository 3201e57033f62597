import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'

/** Text as LIKE takes it for itself. */
export const escapeLike = (text: string) => text.replace(/[\\%_]/g, String.raw`\$&`)

/** A LIKE pattern of pieces with anything between them. */
export const likePattern = (pieces: string[]) => pieces.map(escapeLike).join('%')

/** Names of roles and organizations are kept as they are: PostgreSQL folds both sides, so that both agree. */
export const lowered = (text: string): RawBuilder<string> => sql<string>`lower(${text}::text)`
