import type { User } from '@rollcall/contracts/admin-api'
import { confirm } from '../agree.ts'
import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import type { Screen } from '../screen.ts'
import { findUserId } from '../users/find-user-id.ts'
import { shortName, type ServerAction } from './server-actions.ts'

/** What takes users out of the tenant, or destroys what was kept of them. */
const losing = ['user.delete', 'user.purge']

/** @throws CommandFailed unless whoever sits there agrees, by typing how many it is about */
export async function confirmLoss({
  action: { name, summary },
  entries,
  screen,
  api,
  isStdinTaken,
}: {
  action: ServerAction
  entries: string[]
  screen: Screen
  api: ApiClient
  isStdinTaken: boolean
}): Promise<void> {
  if (!losing.includes(name)) return
  if (!screen.canAsk || isStdinTaken)
    throw misused(`${summary}: nobody can be asked here whether that is meant.`, 'Write --yes if it is.')
  const [only] = entries
  const whom = entries.length === 1 && only !== undefined ? await describe(api, only) : `${entries.length} users`
  await confirm(screen, `${shortName(name)} ${whom}?`, entries.length)
}

/** With the name, where there is one to be had: whoever is to be purged is no user any more. */
async function describe(api: ApiClient, entry: string): Promise<string> {
  const userId = await findUserId(api, entry)
  try {
    const { name, email }: User = await api.get(`users/${encodeURIComponent(userId)}`)
    return [name, email && `<${email}>`, `(${userId})`].filter(Boolean).join(' ')
  } catch (error) {
    if (error instanceof CommandFailed && error.exitCode === exitCodes.notFound) return userId
    throw error
  }
}
