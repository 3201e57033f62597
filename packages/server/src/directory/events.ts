import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'

/** The channel by which the servers on one database tell each other. */
export const channel = 'rollcall directory'

/** PostgreSQL sends at most 8,000 bytes. */
const longestPayloadBytes = 7900

export type DirectoryNotice = { users: string[] | 'many' } | { progress: true }

/** Told to all servers, this one included, when the transaction is committed. */
export async function tell(trx: StoreQueries, notice: DirectoryNotice): Promise<void> {
  if ('users' in notice && notice.users.length === 0) return
  const whole = JSON.stringify(notice)
  const payload = Buffer.byteLength(whole) <= longestPayloadBytes ? whole : JSON.stringify({ users: 'many' })
  await sql`SELECT pg_notify(${channel}, ${payload})`.execute(trx)
}

/** @returns undefined for what no server of ours sent */
export function readNotice(payload: string): DirectoryNotice | undefined {
  try {
    const notice: unknown = JSON.parse(payload)
    if (typeof notice !== 'object' || notice === null) return undefined
    if ('progress' in notice) return { progress: true }
    if (!('users' in notice)) return undefined
    const { users } = notice
    if (users === 'many') return { users }
    return Array.isArray(users) && users.every((id) => typeof id === 'string') ? { users } : undefined
  } catch {
    return undefined
  }
}
