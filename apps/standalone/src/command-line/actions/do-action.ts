import type { JobSelection } from '@rollcall/contracts/admin-api'
import { defineCommand, type Call, type Options } from '../command.ts'
import { misused } from '../failure.ts'
import { doToMany } from '../jobs/do-to-many.ts'
import { readSelection, selectionOptions } from '../jobs/read-selection.ts'
import { readEntries } from '../read-entries.ts'
import { readNumber } from '../read-number.ts'
import { confirmLoss } from './confirm-loss.ts'
import { doToEach } from './do-to-each.ts'
import { paramOptions, readParams } from './read-params.ts'
import { describeParam, findServerAction, shortName, type ServerAction } from './server-actions.ts'

const options = {
  ...paramOptions,
  reason: { type: 'string', value: 'TEXT', help: 'why, for the audit log' },
  ids: { type: 'string', value: 'FILE', help: 'whom, a line each; - is standard input' },
  'dry-run': { type: 'boolean', help: 'say what it would do, and do nothing' },
  yes: { type: 'boolean', help: 'do not ask: needed where nobody can be asked, to delete or for a job' },
  ...selectionOptions,
  users: { type: 'string', value: 'N', help: 'of a job: how many it is to be, in place of being asked' },
  detach: { type: 'boolean', help: 'of a job: do not follow it' },
  key: { type: 'string', value: 'TEXT', help: 'the same command with the same key does nothing twice' },
} as const satisfies Options
type DoCall = Call<typeof options>

export const doAction = defineCommand({
  name: ['users', 'do'],
  summary: 'Do an action to users; every action is a command of its own, too',
  takes: 'ACTION ID|E-MAIL|-…, or --filter FILTER, --view VIEW, --from FILE',
  options,
  more: [
    'rollcall users actions lists the actions. Several users are done one after the other, each once; what one user refuses does not hold up the next.',
  ],
  examples: [
    "rollcall users block 'auth0|655f1c2e9d3b7a0012ab34cd' --reason 'Reported by the bank'",
    'rollcall users do user.assign-roles ada@example.com --param roleIds=rol_1,rol_2 --dry-run',
    "rollcall users block --filter 'connection:github created_at:>now-1d' --dry-run",
    "rollcall users block --view 'Reported accounts' --users 312",
    'rollcall users schedule-deletion --from leavers.txt --dry-run',
    "rollcall users list 'blocked:true' --all --json | rollcall users schedule-deletion - --key clean-up-2026-11",
  ],
  async helpFromServer({ words: [name], api }) {
    if (name === undefined) return []
    const action = await findServerAction(api, name, { isCommand: true })
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
    const action = await findServerAction(api, name, { isCommand: true })
    const params = await readParams(action, options)
    const selection = await readSelection(options, call)
    if (selection) return doToAll(call, { action, params, words, selection })
    if (options.users !== undefined || options.detach)
      throw misused('--users and --detach go with --filter, --view and --from.')
    const entries = await readEntries(words, { file: options.ids, stdin })
    const isStdinTaken = words.includes('-') || options.ids === '-'
    if (!options['dry-run'] && !options.yes) await confirmLoss({ action, entries, screen, api, isStdinTaken })
    const { 'dry-run': isDryRun = false, json: isJson = false, quiet: isQuiet = false, reason, key } = options
    const wanted = { action, params, entries, reason, key }
    return doToEach({ api, screen, signal: call.signal }, wanted, { isDryRun, isJson, isQuiet })
  },
})

/** For whom there is no user any more. */
const ofTheBin = ['user.restore', 'user.purge']

function doToAll(
  { options, api, screen, signal }: DoCall,
  { action, params, words, selection }: { action: ServerAction; params: Record<string, unknown>; words: string[]; selection: JobSelection },
): Promise<number> {
  const { reason, ids, key, from } = options
  if (words.length > 0 || ids !== undefined) throw misused('Say whom by a job’s option or by ids, not by both.')
  if (key !== undefined) throw misused('A job is not repeated: --key is for users that are named.')
  if (selection.kind !== 'list' && ofTheBin.includes(action.name))
    throw misused(
      `${action.name} is for those in the recycle bin, whom no filter finds.`,
      `rollcall deleted-users list --state deleted --all --json | rollcall users ${shortName(action.name)} --from -`,
    )
  const wanted = { action: action.name, params, selection, ...(reason !== undefined && { reason }) }
  // Whoever sends the list by standard input cannot be asked by it.
  const asker = { ...screen, canAsk: screen.canAsk && from !== '-' }
  return doToMany({ api, screen: asker, signal }, wanted, {
    isJson: options.json ?? false,
    isDryRun: options['dry-run'] ?? false,
    isAgreed: options.yes ?? false,
    users: readNumber('users', options.users),
    isDetached: options.detach ?? false,
  })
} // prettier-ignore
