import { createHash, randomUUID } from 'node:crypto'
import type { ActionOutcome, ActionPreview } from '@rollcall/contracts/admin-api'
import { defineCommand, type Call, type Options } from '../command.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { doToMany } from '../jobs/do-to-many.ts'
import { readEntries } from '../read-entries.ts'
import { readNumber } from '../read-number.ts'
import { findUserId } from '../users/find-user-id.ts'
import { readFilter } from '../users/which-users.ts'
import { confirmLoss } from './confirm-loss.ts'
import { readParams } from './read-params.ts'
import { describeParam, findServerAction, shortName, type ServerAction } from './server-actions.ts'
import { tellDone, tellPreview, tellRefused, type Told } from './tell-outcome.ts'

const options = {
  param: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a parameter; NAME:=JSON for what is no text' },
  params: { type: 'string', value: 'FILE', help: 'all parameters, as JSON: for secrets and what is long' },
  reason: { type: 'string', value: 'TEXT', help: 'why, for the audit log' },
  ids: { type: 'string', value: 'FILE', help: 'whom, a line each; - is standard input' },
  'dry-run': { type: 'boolean', help: 'say what it would do, and do nothing' },
  yes: { type: 'boolean', help: 'do not ask: needed where nobody can be asked, to delete or with --filter' },
  filter: { type: 'string', value: 'FILTER', help: 'whom, all who match: done by the server as a job' },
  users: { type: 'string', value: 'N', help: 'with --filter: how many it is to be, in place of being asked' },
  detach: { type: 'boolean', help: 'with --filter: do not follow the job' },
  key: { type: 'string', value: 'TEXT', help: 'the same command with the same key does nothing twice' },
} as const satisfies Options
type DoCall = Call<typeof options>

export const doAction = defineCommand({
  name: ['users', 'do'],
  summary: 'Do an action to users; every action is a command of its own, too',
  takes: 'ACTION ID|E-MAIL|-…, or --filter FILTER',
  options,
  more: [
    'rollcall users actions lists the actions. Several users are done one after the other, each once; what one user refuses does not hold up the next.',
  ],
  examples: [
    "rollcall users block 'auth0|655f1c2e9d3b7a0012ab34cd' --reason 'Reported by the bank'",
    'rollcall users do user.assign-roles ada@example.com --param roleIds=rol_1,rol_2 --dry-run',
    "rollcall users block --filter 'connection:github created_at:>now-1d' --dry-run",
    "rollcall users list 'blocked:true' --all --json | rollcall users schedule-deletion - --key clean-up-2026-11",
  ],
  async helpFromServer({ words: [name], api }) {
    if (name === undefined) return []
    const action = await findServerAction(api, name)
    const params = Object.entries(action.params).map(([key, schema]) => {
      const isNeeded = action.required.includes(key)
      return `  --param ${describeParam(key, schema)}${isNeeded ? ', needed' : ''}${schema.description ? `: ${schema.description}` : ''}`
    })
    return [
      `${action.name}: ${action.summary}. ${action.description}`,
      ...(params.length > 0 ? ['It takes', ...params] : []),
    ]
  },
  async run(call) {
    const [name, ...words] = call.words
    if (name === undefined) throw misused('Say what to do: rollcall users actions lists what there is.')
    const { options, api, screen, stdin } = call
    const action = await findServerAction(api, name)
    const params = await readParams(action, options)
    if (options.filter !== undefined) return doToAll(call, { action, params, words })
    if (options.users !== undefined || options.detach) throw misused('--users and --detach go with --filter.')
    const entries = await readEntries(words, { file: options.ids, stdin })
    const isStdinTaken = words.includes('-') || options.ids === '-'
    if (!options['dry-run'] && !options.yes) await confirmLoss({ action, entries, screen, api, isStdinTaken })
    return doToEach(call, { action, params, entries })
  },
})

/** Whom a filter finds, the server finds: nothing goes to and fro for each of them. */
function doToAll(
  { options, api, screen, signal }: DoCall,
  { action, params, words }: { action: ServerAction; params: Record<string, unknown>; words: string[] },
): Promise<number> {
  const { filter = '', reason, ids, key } = options
  if (words.length > 0 || ids !== undefined) throw misused('Say whom by --filter or by ids, not by both.')
  if (key !== undefined) throw misused('A job is not repeated: --key is for users that are named.')
  if (filter.trim() === '') throw misused('--filter is empty. Everybody is written *.')
  const selection = { kind: 'filter' as const, filter: readFilter([filter], {}) ?? '', except: [] }
  const wanted = { action: action.name, params, selection, ...(reason !== undefined && { reason }) }
  return doToMany({ api, screen, signal }, wanted, {
    isJson: options.json ?? false,
    isDryRun: options['dry-run'] ?? false,
    isAgreed: options.yes ?? false,
    users: readNumber('users', options.users),
    isDetached: options.detach ?? false,
  })
}

/** After these the next would fail alike. */
const endsAll = [exitCodes.notPermitted, exitCodes.unavailable, exitCodes.misused] as readonly number[]

async function doToEach(
  { options, api, screen, signal }: DoCall,
  { action, params, entries }: { action: ServerAction; params: Record<string, unknown>; entries: string[] },
): Promise<number> {
  const key = options.key ?? randomUUID()
  const isDry = options['dry-run'] ?? false
  const progress = entries.length > 1 ? screen.progress(isDry ? 'Looking' : shortName(action.name)) : undefined
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
      if (isDry) {
        const preview: ActionPreview = await api.ask(`${path}/preview`, { params: previewed(action, params) })
        await tellPreview({ screen, isJson: options.json ?? false }, told, preview)
        if (preview.obstacle) failures.push(new CommandFailed(exitCodes.inTheWay, preview.obstacle.code, preview.obstacle.message)) // prettier-ignore
      } else {
        const body = { params, ...(options.reason !== undefined && { reason: options.reason }) }
        const outcome: ActionOutcome = await api.post(path, body, keyFor(key, action.name, userId))
        await tellDone({ screen, isJson: options.json ?? false }, told, outcome)
      }
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      failures.push(error)
      if (entries.length === 1 && !options.json) throw error
      await tellRefused({ screen, isJson: options.json ?? false }, told, error)
    }
    ended += 1
  }
  progress?.clear()
  const left = entries.length - ended
  if (entries.length > 1 && !options.quiet) {
    const done = ended - failures.length
    const words = [`${done} ${isDry ? 'can be done' : 'done'}`, `${failures.length} ${isDry ? 'cannot' : 'failed'}`, ...(left > 0 ? [`${left} not begun`] : [])]
    screen.tell(`${action.name}: ${words.join(', ')}`)
  } // prettier-ignore
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
