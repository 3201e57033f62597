import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { AuditPage, Job, User, UserSummary } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSlowExports } from './testing/slow-exports.ts'
import { runOnTerminal } from './testing/run-command.ts'
import { startCommandLine, type TestCommandLine } from '../testing/start-command-line.ts'

/** The command line as scripts and people meet it: processes against a server and its tenant. */
let staffed: TestCommandLine['staffed']
let folder: string
/** What the applications sign in by. */
const may: Record<'support' | 'everything', Record<string, string>> = { support: {}, everything: {} }
let commandLine: TestCommandLine

beforeAll(async () => {
  commandLine = await startCommandLine({ demoUsers: 260, recycleBin: { key: randomBytes(32) } })
  ;({ staffed, folder, everything: may.everything } = commandLine)
  may.support = await commandLine.applicationWith('read:users', 'update:users')
})
afterAll(() => commandLine.close())

const rollcall: TestCommandLine['rollcall'] = (...call) => commandLine.rollcall(...call)
const found: TestCommandLine['found'] = (...call) => commandLine.found(...call)
const people: TestCommandLine['people'] = (...call) => commandLine.people(...call)

test('a list in a pipe is plain lines, each user once, however many pages it takes', async () => {
  const [all, some, json, count] = await Promise.all([
    rollcall(['users', 'list', '--all']),
    rollcall(['users', 'list', 'connection:github', '--limit', '3', '--columns', 'user_id,roles,created_at', '--sort', 'created_at']),
    found<UserSummary>(['users', 'list', '--all']),
    rollcall(['users', 'count']),
  ]) // prettier-ignore
  const lines = all.out.trimEnd().split('\n')
  expect(all.code).toBe(0)
  expect(lines.length).toBe(Number(count.out))
  expect(lines.every((line) => line.split('\t').length === 6)).toBe(true)
  expect(json.map(({ userId }) => userId)).toEqual(lines.map((line) => line.split('\t')[0]))
  expect(new Set(lines).size).toBe(lines.length)
  expect(some.out.trimEnd().split('\n')).toEqual(Array(3).fill(expect.stringMatching(/^github\|\S+\t[^\t]*\t\d{4}-\d\d-\d\dT[\d:.]+Z$/)))
  expect([all.told, some.told]).toEqual(['', ''])
}) // prettier-ignore

test('one user is got by id and by address, and found by a value that is taken as it is', async () => {
  const { ids, address } = await people('Ada “the: first” Lovelace')
  const [byId, byAddress, byName, nobody] = await Promise.all([
    found<User>(['users', 'get', ids[0] ?? '']),
    rollcall(['users', 'get', address(0)]),
    rollcall(['find', 'name:Ada “the: first” Lovelace']),
    rollcall(['find', 'name:Ada "the']),
  ])
  expect(byId).toEqual([expect.objectContaining({ userId: ids[0], email: address(0) })])
  expect(byAddress.out).toContain(`userId\t${ids[0]}\n`)
  expect(byName.out).toContain(ids[0])
  expect(nobody).toMatchObject({ code: 4, out: '' })
})

test('the exit code says what kind of failure it was, and standard error why', async () => {
  const { ids } = await people('Grace')
  const id = ids[0] ?? ''
  expect((await rollcall(['users', 'block', id])).code).toBe(0)
  const cases: [code: number, args: string[], said: RegExp, env?: Record<string, string>][] = [
    [0, ['--help'], /^$/],
    [2, ['users', 'list', '--srot', 'name'], /no option --srot\.\n {2}Did you mean --sort\?/],
    [2, ['jobs', 'lst'], /Did you mean rollcall jobs list\?/],
    [2, ['jobs', 'get', 'nonsense'], /nonsense is no id of a job\.\n {2}rollcall jobs list has them/],
    [2, ['users', 'unblok', id], /Did you mean rollcall users unblock\?/],
    [2, ['users', 'list', 'colour:red'], /no field colour.*\n.*colour:red\n {2}\^{6}\n/],
    [2, ['users', 'list', '--sort', 'colour'], /Expected a column/],
    [2, ['users', 'block'], /Say whom/],
    [2, ['users', 'block', 'Ada'], /neither a user’s id/],
    [2, ['users', 'block', id, '--param', 'revokeRefreshToken=yes'], /Did you mean revokeRefreshTokens\?/],
    [2, ['users', 'list'], /ROLLCALL_CLIENT_ID, ROLLCALL_CLIENT_SECRET, .* are not set/, {}],
    [2, ['me'], /begins with http:/, { ...may.support, ROLLCALL_URL: 'http://rollcall.example' }],
    [3, ['users', 'export'], /export:users/, may.support],
    [3, ['users', 'delete', id, '--yes'], /delete:users/, may.support],
    [3, ['users', 'block', '--filter', 'ada', '--yes'], /manage:jobs/, may.support],
    [3, ['me'], /gives no access token/, { ...may.support, ROLLCALL_CLIENT_SECRET: 'another-secret' }],
    [3, ['me'], /not valid|cannot be read|token/i, { ...may.support, ROLLCALL_TOKEN: 'not-a-token' }],
    [4, ['users', 'get', 'auth0|nobody'], /no user/],
    [4, ['users', 'get', '--', '-x|1'], /no user -x\|1/],
    [4, ['users', 'get', 'nobody@nowhere.example'], /Nobody has the address/],
    [5, ['users', 'block', id], /blocked already/],
    [5, ['users', 'block', id, '--dry-run'], /^$/],
    [6, ['me'], /cannot be reached/, { ...may.support, ROLLCALL_URL: 'http://localhost:1' }],
    [6, ['me'], /tenant .* cannot be reached/i, { ...may.support, ROLLCALL_TENANT: 'http://localhost:1' }],
  ]
  const ended = await Promise.all(cases.map(([, args, , env = may.everything]) => rollcall(args, { env })))
  for (const [at, [code, args, said]] of cases.entries())
    expect([args.join(' '), ended[at]]).toEqual([args.join(' '), expect.objectContaining({ code, told: expect.stringMatching(said) })])
  const { told } = await rollcall(['users', 'get', 'auth0|nobody', '--json'])
  expect(JSON.parse(told)).toMatchObject({ error: { code: 'user-not-found', requestId: expect.any(String) } })
}, 60_000) // prettier-ignore

test('a secret is refused on the command line and told to nobody', async () => {
  const { ROLLCALL_CLIENT_SECRET: secret = '' } = may.support
  const token = await staffed.standalone.token({ audience: may.support.ROLLCALL_AUDIENCE ?? '', clientId: may.support.ROLLCALL_CLIENT_ID ?? '', clientSecret: secret })
  const refused = await Promise.all([
    rollcall(['me', '--token', token]),
    rollcall(['me', `--client-secret=${secret}`]),
    rollcall(['users', 'get', token]),
    rollcall(['users', 'set-password', 'auth0|1', '--param', 'password=Correct-Horse-9']),
  ])
  expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2])
  const wrong = await rollcall(['me'], { env: { ...may.support, ROLLCALL_CLIENT_ID: 'nobody' } })
  const said = [...refused, wrong].map(({ out, told }) => out + told).join()
  for (const hidden of [token, secret, 'Correct-Horse-9']) expect(said).not.toContain(hidden)
  expect((await rollcall(['me'], { env: { ...may.support, ROLLCALL_TOKEN: token, ROLLCALL_CLIENT_SECRET: '' } })).out).toContain('(program)\nread:users\nupdate:users\n')
}) // prettier-ignore

test('an application does what it was given, and the audit log has it as a program', async () => {
  const { ids } = await people('Mary')
  const id = ids[0] ?? ''
  expect(await rollcall(['users', 'block', id, '--reason', 'Asked for by the bank'], { env: may.support })).toMatchObject({ code: 0 })
  const audit = await staffed.standalone.ask(`/api/audit?subject=${encodeURIComponent(id)}`, staffed.token)
  const { entries } = (await audit.json()) as AuditPage
  expect(entries.map(({ action, phase, actorKind, actorId, reason, userAgent }) => [action, phase, actorKind, actorId, reason, userAgent])).toEqual(
    ['done', 'started'].map((phase) => ['user.block', phase, 'program', `${may.support.ROLLCALL_CLIENT_ID}@clients`, 'Asked for by the bank', 'rollcall-command-line']),
  )
}) // prettier-ignore

test('a dry run tells what would change, and changes nothing', async () => {
  const { ids } = await people('Ada')
  const id = ids[0] ?? ''
  const [preview] = await found<Record<string, unknown>>(['users', 'edit', id, '--param', 'name=Ada King', '--param', 'userMetadata:={"plan":"gold"}', '--dry-run']) // prettier-ignore
  expect(preview).toMatchObject({ userId: id, result: 'can', changes: [{ field: 'name', before: 'Ada', after: 'Ada King' }, { field: 'user_metadata.plan' }] }) // prettier-ignore
  expect(await staffed.inTenant(id)).toMatchObject({ name: 'Ada' })
  expect(await staffed.auditOf(id)).toEqual([])
})

test('parameters come from a file too, so that a password is on no command line', async () => {
  const { ids } = await people('Ada')
  const file = join(folder, 'params.json')
  await writeFile(file, JSON.stringify({ password: 'Another-Horse-7-Battery' }), { mode: 0o600 })
  expect(await rollcall(['users', 'set-password', ids[0] ?? '', '--params', file])).toMatchObject({ code: 0, told: '' })
})

test('users come from standard input, each is done once, and the same key does nothing twice', async () => {
  const { ids, filter } = await people('One', 'Two', 'Three')
  const { out: lines } = await rollcall(['users', 'list', filter, '--json'])
  const input = `# from a list\n\n${lines}${ids[0]}\n`
  const again = () => rollcall(['users', 'block', '-', '--key', filter], { input })
  const [first, second] = [await again(), await again()]
  expect(first).toMatchObject({ code: 0, told: 'user.block: 3 done, 0 failed\n' })
  expect(first.out.trim().split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual(expect.arrayContaining(ids.map((id) => [id, 'done'])))
  expect(second).toEqual(first)
  const some = await rollcall(['users', 'unblock', ids[0] ?? '', 'auth0|nobody', ids[1] ?? ''])
  expect([some.code, some.told]).toEqual([1, 'user.unblock: 2 done, 1 failed\n'])
  expect(some.out).toContain('auth0|nobody\tfailed\tuser-not-found\t')
}) // prettier-ignore

test('interrupted, it finishes with whom it has begun, and says how many it has not', async () => {
  const { out: ids } = await rollcall(['users', 'list', 'NOT blocked:true', '--limit', '60', '--columns', 'user_id', '--sort', 'user_id'])
  const [first = ''] = ids.split('\n')
  const ended = await rollcall(['users', 'block', '-'], {
    input: ids,
    interruptedAfter: () => expect.poll(async () => (await staffed.inTenant(first)).blocked).toBe(true),
  })
  expect(ended).toMatchObject({ code: 130, told: expect.stringMatching(/ done, 0 failed, \d+ not begun\nInterrupted/) })
  const done = ended.out.trim().split('\n').map((line) => line.split('\t')[0])
  const blocked = await Promise.all(ids.trim().split('\n').map(async (id) => ((await staffed.inTenant(id)).blocked ? [id] : [])))
  expect(blocked.flat()).toEqual(done)
}) // prettier-ignore

test('a deletion is asked about on a terminal, needs --yes in a pipe, and can be undone', async () => {
  const { ids } = await people('Ada Lovelace')
  const id = ids[0] ?? ''
  expect(await rollcall(['users', 'delete', id])).toMatchObject({ code: 2, told: expect.stringContaining('--yes') })
  const no = await runOnTerminal(['users', 'delete', id], { env: may.everything, input: 'yes' })
  expect([no.code, stripVTControlCharacters(no.out)]).toEqual([1, expect.stringContaining('Ada Lovelace')])
  expect(await staffed.inTenant(id)).toMatchObject({ user_id: id })
  const yes = await runOnTerminal(['users', 'delete', id], { env: may.everything, input: '1' })
  expect([yes.code, yes.out]).toEqual([0, expect.stringContaining('puts it back')])
  expect(await staffed.inTenant(id)).toMatchObject({ statusCode: 404 })
  const runId = /rollcall undo (\S+)/.exec(stripVTControlCharacters(yes.out))?.[1] ?? ''
  expect((await rollcall(['undo', runId])).code).toBe(0)
  expect(await staffed.inTenant(id)).toMatchObject({ user_id: id })
})

test('what a user has called themself does nothing to a terminal', async () => {
  const { ids, filter } = await people('Eve\u202egnp.exe', '日本語の名前')
  const terminal = await runOnTerminal(['users', 'list', filter], { env: may.everything })
  const plain = await rollcall(['users', 'list', filter, '--columns', 'user_id,name'])
  const [coloured, uncoloured] = [terminal, await runOnTerminal(['users', 'list', filter], { env: { ...may.everything, NO_COLOR: '1' } })]
  for (const { out } of [terminal, plain]) {
    expect(out).toContain('Eve\\u202egnp.exe')
    expect(out).not.toContain('\u202e')
  }
  expect(terminal.out).toContain(ids[1])
  expect(coloured.out).toContain('\x1b[1muser_id')
  expect(uncoloured.out).not.toContain('\x1b[1m')
  const { out: json } = await rollcall(['users', 'list', filter, '--json'])
  expect(json).not.toContain('\u202e')
  expect(json).toContain('"Eve\\u202egnp.exe"')
}) // prettier-ignore

test('an export is a whole file that only its owner reads, without a formula', async () => {
  const { filter } = await people('=HYPERLINK("x")', 'Two')
  const [csv, json, ndjson] = ['people.csv', 'people.json', 'people.ndjson'].map((name) => join(folder, name)) as [string, string, string]
  const done = await Promise.all([csv, json, ndjson].map((out) => rollcall(['users', 'export', filter, '--out', out, '--columns', 'user_id,name', '--sort', 'name'])))
  expect(done.map(({ code, out, told }) => [code, out, told])).toEqual([csv, json, ndjson].map((file) => [0, '', `2 users in ${file}\n`]))
  expect((await readFile(csv, 'utf8')).split('\n')[1]).toContain(`'=HYPERLINK`)
  expect(JSON.parse(await readFile(json, 'utf8'))).toHaveLength(2)
  expect((await readFile(ndjson, 'utf8')).trim().split('\n')).toHaveLength(2)
  expect((await stat(csv)).mode & 0o777).toBe(0o600)
  expect(await rollcall(['users', 'export', filter, '--out', csv])).toMatchObject({ code: 2, told: expect.stringContaining('--force') })
  const launched = await rollcall(['users', 'export', filter, '--out', 'launched.csv'], { cwd: folder, isLaunched: true })
  expect([launched.code, launched.out, await readdir(folder)]).toEqual([0, '', expect.arrayContaining(['launched.csv'])])
  const piped = await rollcall(['users', 'export', '--format', 'ndjson', '--columns', 'user_id'])
  expect([piped.code, piped.out.trim().split('\n').length]).toEqual([0, Number((await rollcall(['users', 'count'])).out)])
  expect((await runOnTerminal(['users', 'export'], { env: may.everything })).code).toBe(2)
}, 60_000) // prettier-ignore

test('an export that is interrupted, or that breaks off, leaves no file', async () => {
  const way = await openSlowExports(staffed.standalone.url)
  const env = { ...may.everything, ROLLCALL_URL: way.url }
  const place = await mkdtemp(join(folder, 'broken-'))
  const interrupted = rollcall(['users', 'export', '--out', 'users.csv'], {
    env,
    cwd: place,
    interruptedAfter: () => expect.poll(() => readdir(place)).toEqual([expect.stringMatching(/^users\.csv\.\d+\.part$/)]),
  })
  expect(await interrupted).toMatchObject({ code: 130, out: '', told: expect.stringContaining('Interrupted') })
  way.then = 'breaks'
  expect(await rollcall(['users', 'export', '--out', 'users.csv'], { env, cwd: place })).toMatchObject({ code: 6, told: expect.stringContaining('broke off') })
  expect(await readdir(place)).toEqual([])
  way.close()
}) // prettier-ignore

test('all who match are done to by a job, when the number is agreed to', async () => {
  const { ids, filter } = await people('One', 'Two', 'Three')
  const bulk = ['users', 'block', '--filter', filter]
  const [dry] = await found<Job>([...bulk, '--dry-run'])
  expect(dry).toMatchObject({ phase: 'planned', counts: { users: 3, waiting: 3 } })
  expect(await rollcall(bulk)).toMatchObject({ code: 2, told: expect.stringContaining('--users N') })
  expect(await rollcall([...bulk, '--users', '2'])).toMatchObject({ code: 5, told: expect.stringContaining('3 users, and not 2') })
  expect((await staffed.inTenant(ids[0] ?? '')).blocked ?? false).toBe(false)
  const [job] = await found<Job>([...bulk, '--users', '3', '--reason', 'A test'])
  expect(job).toMatchObject({ phase: 'done', counts: { done: 3, failed: 0 }, reason: 'A test' })
  expect(await staffed.inTenant(ids[0] ?? '')).toMatchObject({ blocked: true })

  const [undoing] = await found<Job>(['jobs', 'undo', job?.jobId ?? ''])
  expect(await rollcall(['jobs', 'start', undoing?.jobId ?? '', '--users', '9'])).toMatchObject({ code: 5 })
  expect(await rollcall(['jobs', 'start', undoing?.jobId ?? '', '--users', '3'])).toMatchObject({ code: 0, out: expect.stringContaining('3 done') })
  expect((await rollcall(['jobs', 'users', undoing?.jobId ?? ''])).out.trim().split('\n')).toHaveLength(3)
  expect((await rollcall(['jobs', 'list', '--limit', '1'])).out).toMatch(new RegExp(`^${undoing?.jobId}\t`))
  expect(await rollcall(['jobs', 'pause', undoing?.jobId ?? ''])).toMatchObject({ code: 5 })
  expect((await staffed.inTenant(ids[0] ?? '')).blocked).toBe(false)
}, 60_000) // prettier-ignore

test('help names every command, and the server says what an action takes', async () => {
  const { out } = await rollcall(['--help'])
  for (const name of [
    'users list',
    'users export',
    'users import',
    'imports watch',
    'users do',
    'jobs watch',
    'undo',
    'audit verify',
  ])
    expect(out).toContain(`rollcall ${name}`)
  const { out: onBlock } = await rollcall(['help', 'users', 'block'], { env: { ROLLCALL_URL: staffed.standalone.url } })
  expect(onBlock).toContain('--param revokeRefreshTokens=boolean (false)')
  const offline = await rollcall(['users', 'list', '--help'], { env: { ROLLCALL_URL: 'http://localhost:1' } })
  expect([offline.code, offline.out]).toEqual([0, expect.stringContaining('--columns A,B')])
})
