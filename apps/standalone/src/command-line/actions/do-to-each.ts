import { createHash, randomUUID } from 'node:crypto'
import type { ActionOutcome, ActionPreview } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes } from '../failure.ts'
import type { Screen } from '../screen.ts'
import { findUserId } from '../users/find-user-id.ts'
import { shortName, type ServerAction } from './server-actions.ts'
import { tellDone, tellPreview, tellRefused, type Told } from './tell-outcome.ts'

export interface Wanted {
  action: ServerAction
  params: Record<string, unknown>
  /** Ids and e-mail addresses. */
  entries: readonly string[]
  reason: string | undefined
  /** Absent: the command is not to be repeated. */
  key: string | undefined
}

interface Way {
  isDryRun: boolean
  isJson: boolean
  isQuiet: boolean
}

/** After these the next would fail alike. */
const endsAll = [exitCodes.notPermitted, exitCodes.unavailable, exitCodes.misused] as readonly number[]

/** Does an action to users, one after the other, and tells of each. @returns the exit code. @throws CommandFailed of a single one */
export async function doToEach(
  { api, screen, signal }: { api: ApiClient; screen: Screen; signal: AbortSignal },
  { action, params, entries, reason, key = randomUUID() }: Wanted,
  { isDryRun, isJson, isQuiet }: Way,
): Promise<number> {
  const progress = entries.length > 1 ? screen.progress(isDryRun ? 'Looking' : shortName(action.name)) : undefined
  const where = { screen, isJson }
  const failures: CommandFailed[] = []
  let ended = 0
  for (const entry of entries) {
    if (signal.aborted || endsAll.includes(failures.at(-1)?.exitCode ?? 0)) break
    progress?.update(ended, entries.length)
    let told: Told = { userId: entry, action: action.name }
    try {
      const userId = await findUserId(api, entry)
      told = { ...told, userId }
      const path = `users/${encodeURIComponent(userId)}/actions/${action.name}`
      if (isDryRun) {
        const preview: ActionPreview = await api.ask(`${path}/preview`, { params: previewed(action, params) })
        await tellPreview(where, told, preview)
        const { obstacle } = preview
        if (obstacle) failures.push(new CommandFailed(exitCodes.inTheWay, obstacle.code, obstacle.message))
      } else {
        const body = { params, ...(reason !== undefined && { reason }) }
        const outcome: ActionOutcome = await api.post(path, body, keyFor(key, action.name, userId))
        await tellDone(where, told, outcome)
      }
    } catch (error) {
      if (!(error instanceof CommandFailed) || (entries.length === 1 && !isJson)) throw error
      failures.push(error)
      await tellRefused(where, told, error)
    }
    ended += 1
  }
  progress?.clear()
  if (entries.length > 1 && !isQuiet) {
    const [done, failed] = isDryRun ? ['can be done', 'cannot'] : ['done', 'failed']
    const left = entries.length > ended ? `, ${entries.length - ended} not begun` : ''
    screen.tell(`${action.name}: ${ended - failures.length} ${done}, ${failures.length} ${failed}${left}`)
  }
  signal.throwIfAborted()
  return exitCodeOf(failures, entries.length)
}

/** What all have in common; several things at once are just a failure. */
function exitCodeOf(failures: readonly CommandFailed[], entries: number): number {
  const kinds = new Set(failures.map(({ exitCode }) => exitCode))
  const [only] = kinds
  if (only === undefined) return exitCodes.done
  const isAll = failures.length === entries || endsAll.includes(only)
  return kinds.size === 1 && isAll ? only : exitCodes.failed
}

/** A preview of what takes a secret is not told it. */
const previewed = ({ params: known }: ServerAction, params: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !known[name]?.writeOnly))

/** One for each user, the same at each repetition. */
const keyFor = (key: string, action: string, userId: string) =>
  createHash('sha256')
    .update(JSON.stringify([key, action, userId]))
    .digest('base64url')
