import type { UserPage } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { byEmail } from './which-users.ts'

/**
 * @param written an id, or the e-mail address of one person
 * @throws CommandFailed when nobody has the address, or several do
 */
export async function findUserId(api: ApiClient, written: string): Promise<string> {
  if (written.includes('|')) return written
  if (!written.includes('@')) throw misused(`${written} is neither a user’s id (auth0|…) nor an e-mail address.`)
  const { users } = await api.get<UserPage>('users', { filter: byEmail(written), limit: 10, count: 'none' })
  const [first, ...others] = users
  if (!first) throw new CommandFailed(exitCodes.notFound, 'user-not-found', `Nobody has the address ${written}.`)
  if (others.length === 0) return first.userId
  throw new CommandFailed(exitCodes.inTheWay, 'several-users', `Several users have the address ${written}.`, {
    hints: ['Say which by their id:', ...users.map(({ userId }) => userId)],
  })
}
