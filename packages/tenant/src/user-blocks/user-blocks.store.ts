import type { Kysely } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

/** Whose blocks: an account's, or those of whatever was typed as one. */
export type BlockedBy = { userId: string } | { identifier: string }

export interface UserBlock {
  identifier: string
  ip: string
  connection?: string
}

export async function listUserBlocks(db: Kysely<TenantSchema>, by: BlockedBy): Promise<UserBlock[]> {
  const rows = await db
    .selectFrom('user_blocks')
    .select(['identifier', 'ip', 'connection'])
    .where((row) => ('userId' in by ? row('user_id', '=', by.userId) : row('identifier', '=', normal(by.identifier))))
    .orderBy('created_at')
    .orderBy('ip')
    .execute()
  return rows.map(({ connection, ...block }) => ({ ...block, ...(connection !== null && { connection }) }))
}

export async function removeUserBlocks(db: Kysely<TenantSchema>, by: BlockedBy): Promise<void> {
  await db
    .deleteFrom('user_blocks')
    .where((row) => ('userId' in by ? row('user_id', '=', by.userId) : row('identifier', '=', normal(by.identifier))))
    .execute()
}

const normal = (identifier: string) => identifier.trim().toLowerCase()
