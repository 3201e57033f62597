import type { UserBlocks } from '@rollcall/contracts/admin-api'
import type { OfUserDeps } from './deps.ts'

/** Where brute-force protection keeps somebody out. @throws NotFound `user-not-found` */
export async function listBlocks({ tenant }: OfUserDeps, userId: string): Promise<UserBlocks> {
  const blocks = await tenant.ofUser.blocks(userId)
  return {
    blocks: blocks.map(({ identifier, ip, connection }) => ({
      identifier: identifier ?? '',
      address: !ip || ip === '*' ? null : ip, // our own tenant's sign for any
      connection: connection || null,
    })),
  }
}
