import { defineCommand, type Call, type Options } from '../command.ts'
import { misused } from '../failure.ts'
import { doToMany } from '../jobs/do-to-many.ts'
import { readEntries } from '../read-entries.ts'
import { readNumber } from '../read-number.ts'
import { readFilter } from '../users/which-users.ts'
import { confirmLoss } from './confirm-loss.ts'
import { doToEach } from './do-to-each.ts'
import { readParams } from './read-params.ts'
import { describeParam, findServerAction, type ServerAction } from './server-actions.ts'

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
    const { 'dry-run': isDryRun = false, json: isJson = false, quiet: isQuiet = false, reason, key } = options
    const wanted = { action, params, entries, reason, key }
    return doToEach({ api, screen, signal: call.signal }, wanted, { isDryRun, isJson, isQuiet })
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
