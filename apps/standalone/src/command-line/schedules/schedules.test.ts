import { stripVTControlCharacters } from 'node:util'
import type { Job, JobSchedule } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOnTerminal } from '../testing/run-command.ts'
import { startCommandLine, type TestCommandLine } from '../../testing/start-command-line.ts'

/** Schedules as the command line makes and steers them. */
let commandLine: TestCommandLine
beforeAll(async () => {
  commandLine = await startCommandLine()
})
afterAll(() => commandLine.close())

const create = (name: string, filter: string, ...further: string[]) =>
  commandLine.found<JobSchedule>(['schedules', 'create', 'block', '--name', name, '--every', 'week', '--filter', filter, ...further]) // prettier-ignore

test('a schedule is made, shows what its dry run found, is steered by its name, and ends', async () => {
  const { found, rollcall, people, staffed, everything } = commandLine
  const { ids, filter } = await people('One', 'Two')
  const [made] = await create('Spring cleaning', filter, '--param', 'revokeRefreshTokens=yes', '--reason', 'Clean-up')
  const { scheduleId = '' } = made ?? {}
  expect(made).toMatchObject({ action: 'user.block', filter, every: 'week', params: { revokeRefreshTokens: true }, reason: 'Clean-up', isMine: true })
  const latest = async () => (await found<JobSchedule>(['schedules', 'get', 'Spring cleaning']))[0]?.latest
  await expect.poll(latest, { timeout: 20_000 }).toMatchObject({ phase: 'planned', counts: { waiting: 2 } })
  const listed = await rollcall(['schedules', 'list'])
  expect(listed.out).toMatch(new RegExp(`^${scheduleId}\tSpring cleaning\tuser.block\tweek\t\\d{4}-\\S+Z\t2\tapplication-1\n`))
  const shown = stripVTControlCharacters((await runOnTerminal(['schedules', 'get', scheduleId], { env: everything })).out)
  expect(shown).toMatch(/user\.block of .*\s+with .*\s+each week, next \S+\s+by application-1: Clean-up\s+Last dry run \S+: 2 users, planned\s+rollcall jobs start \S+/)

  expect(await rollcall(['schedules', 'pause', 'Spring cleaning'])).toMatchObject({ code: 0, told: '', out: `${scheduleId}  each week, paused\n` })
  expect((await rollcall(['schedules', 'list'])).out).toContain('\tpaused\t')
  expect(await found<JobSchedule>(['schedules', 'interval', scheduleId, 'month'])).toMatchObject([{ every: 'month', isPaused: true, nextAt: null }])
  expect(await found<JobSchedule>(['schedules', 'resume', scheduleId])).toMatchObject([{ every: 'month', isPaused: false }])

  const { jobId = '' } = (await latest()) ?? {}
  expect(await rollcall(['schedules', 'delete', 'Spring cleaning'])).toMatchObject({ code: 0, out: `${scheduleId}  deleted\n` })
  expect(await rollcall(['schedules', 'get', scheduleId])).toMatchObject({ code: 4, out: '' })
  // It has done nothing by itself; what it planned is there to be started.
  expect((await staffed.inTenant(ids[0] ?? '')).blocked).not.toBe(true)
  expect(await found<Job>(['jobs', 'start', jobId, '--users', '2'])).toMatchObject([{ phase: 'done', counts: { done: 2 } }])
}, 60_000) // prettier-ignore

test('what is wrong with a schedule is said, with an exit code to go by', async () => {
  const { rollcall, found, people, applicationWith } = commandLine
  const { filter } = await people('One')
  const others = await applicationWith('read:users', 'update:users', 'manage:jobs')
  const support = await applicationWith('read:users')
  const [first] = await create('Twice', filter)
  await create('Twice', 'blocked:false')
  const whom = ['--filter', filter]
  const named = ['--name', 'x', '--every', 'day', ...whom]
  const cases: [code: number, args: string[], said: RegExp, env?: Record<string, string>][] = [
    [2, ['schedules', 'create', ...named], /Say one action/],
    [2, ['schedules', 'create', 'blok', ...named], /There is no action blok\.\n {2}Did you mean block\?/],
    [2, ['schedules', 'create', 'block', '--every', 'day', ...whom], /--name TEXT/],
    [2, ['schedules', 'create', 'block', '--name', 'x', ...whom], /--every day, week or month/],
    [2, ['schedules', 'create', 'block', '--name', 'x', '--every', 'day'], /--filter FILTER, or --view VIEW/],
    [2, ['schedules', 'create', 'block', '--name', 'x', '--every', 'hour', ...whom], /body\.every/],
    [2, ['schedules', 'create', 'block', ...named, '--view', 'y'], /exclude each other/],
    [2, ['schedules', 'create', 'block', ...named, '--from', 'list.txt'], /no option --from/],
    [2, ['schedules', 'interval', 'Twice'], /how often/],
    [2, ['schedules', 'pause'], /Say one schedule/],
    [3, ['schedules', 'create', 'block', ...named], /manage:jobs/, support],
    [3, ['schedules', 'create', 'delete', ...named], /delete:users/, others],
    [4, ['schedules', 'get', 'Twce'], /You see no schedule Twce\.\n {2}Did you mean Twice\?/],
    [4, ['schedules', 'get', 'Twice'], /You see no schedule Twice/, others],
    [5, ['schedules', 'delete', 'Twice'], new RegExp(`Several schedules are called Twice[^]*${first?.scheduleId}`)],
    [5, ['schedules', 'create', 'set-password', ...named], /one user at a time/],
    [5, ['schedules', 'create', 'restore', ...named], /recycle bin/],
  ]
  const ended = await Promise.all(cases.map(([, args, , env = commandLine.everything]) => rollcall(args, { env })))
  for (const [at, [code, args, said]] of cases.entries())
    expect([args.join(' '), ended[at]]).toEqual([args.join(' '), expect.objectContaining({ code, out: '', told: expect.stringMatching(said) })])
  expect(await found<JobSchedule>(['schedules', 'list'])).toHaveLength(2)
  expect(await rollcall(['schedules', 'list'], { env: others })).toMatchObject({ code: 0, out: '' })
}, 60_000) // prettier-ignore

test('clean-up says how many, what is suggested, and by which filter they are found', async () => {
  const { found, rollcall, staffed, people, applicationWith } = commandLine
  const { ids, filter } = await people('Thrown away')
  await staffed.manage('PATCH', `/users/${encodeURIComponent(ids[0] ?? '')}`, { email: 'thrown@mailinator.com' })
  await expect.poll(async () => (await staffed.listed(filter)).length).toBe(0)
  const segments = await found<{ name: string; users: number; action: string; filter: string }>(['clean-up'])
  expect(segments).toHaveLength(6)
  expect(segments.at(-1)).toMatchObject({ name: 'disposable', users: 1, action: 'user.block' })
  const { out } = await rollcall(['clean-up'])
  expect(out).toContain('not-seen\t0\tuser.block\tlast_login:<now-1y blocked:false\n')
  const blind = await applicationWith('update:users')
  expect(await rollcall(['clean-up'], { env: blind })).toMatchObject({ code: 3, out: '' })
}, 30_000)
