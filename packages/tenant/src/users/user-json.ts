import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'

/** Stands in `user_json.body` where the tenant's own address goes, which changes with its port. */
export const originMark = '\u0001'

/**
 * A user as Auth0 shows them, in the JSON that was written when they changed: an expression over `user_json j`. The same members as
 * `presentUser`; a test holds the two against each other.
 * @param origin the tenant's canonical one
 */
export function userJson(origin: string): RawBuilder<string> {
  return sql`replace(j.body, ${originMark}, ${origin})`
}
