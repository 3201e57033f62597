import { randomBytes } from 'node:crypto'
import { stripVTControlCharacters } from 'node:util'
import type { DeletedUser, Job, RecycleBinReport } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOnTerminal } from '../testing/run-command.ts'
import { startCommandLine, type TestCommandLine } from '../../testing/start-command-line.ts'

/** The recycle bin as the command line has it. */
let commandLine: TestCommandLine
beforeAll(async () => {
  commandLine = await startCommandLine({ recycleBin: { key: randomBytes(32) } })
})
afterAll(() => commandLine.close())

test('the retention report is a document, lines for a program, and words on a terminal', async () => {
  const { rollcall, found, people, everything, applicationWith } = commandLine
  const { ids } = await people('One', 'Two', 'Three')
  expect(await rollcall(['users', 'delete', ids[0] ?? '', ids[1] ?? '', '--yes'])).toMatchObject({ code: 0 })
  expect(await rollcall(['users', 'schedule-deletion', ids[2] ?? ''])).toMatchObject({ code: 0 })

  const [report] = await found<RecycleBinReport>(['deleted-users', 'report'])
  expect(report).toMatchObject({ kept: { users: 2, within7Days: 0, within30Days: 2 }, scheduled: { users: 1 }, actors: [{ actorName: 'application-1', users: 2 }] })
  const { out, code, told } = await rollcall(['deleted-users', 'report'])
  expect([code, told]).toEqual([0, ''])
  const lines = out.trimEnd().split('\n')
  expect(lines).toEqual(expect.arrayContaining(['kept\tusers\t2', 'kept\twithin7Days\t0', 'kept\twithin30Days\t2', 'scheduled\tusers\t1', 'deleted-by\tothers\t0']))
  expect(lines).toContain(`deleted-in\t${report?.months[0]?.month}\t2`)
  expect(lines.filter((line) => line.startsWith('scheduled-until\t'))).toHaveLength(1)
  const terminal = await runOnTerminal(['deleted-users', 'report'], { env: everything })
  expect(stripVTControlCharacters(terminal.out)).toMatch(/2 users deleted and kept, for 30 days each\s+0 destroyed within 7 days, 2 within 30[\s\S]*1 user to be deleted, 14 days after/)
  const listed = await runOnTerminal(['deleted-users', 'list', '--state', 'scheduled'], { env: everything })
  expect(stripVTControlCharacters(listed.out)).toMatch(/user_id +email [^]* {2}scheduled {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}application-1/)
  const nobody = await applicationWith('update:users')
  expect(await rollcall(['deleted-users', 'report'], { env: nobody })).toMatchObject({ code: 3, out: '', told: expect.stringContaining('read:users') })
}) // prettier-ignore

test('who is in the recycle bin is listed, narrowed, and restored by a pipe', async () => {
  const { rollcall, found, address, ids } = await withPeople('Ada', 'Grace')
  expect(await rollcall(['users', 'delete', ...ids, '--yes'])).toMatchObject({ code: 0 })
  const narrowed = ['deleted-users', 'list', '--state', 'deleted', '--search', address(0)]
  expect(await found<DeletedUser>(narrowed)).toMatchObject([{ userId: ids[0], email: address(0), state: 'deleted' }])
  expect((await rollcall(narrowed)).out).toMatch(new RegExp(`^auth0\\|\\S+\t${address(0)}\tdeleted\t\\S+Z\t\\S+Z\tapplication-1\t\n$`))
  const { out: lines } = await rollcall(['deleted-users', 'list', '--state', 'deleted', '--search', 'cli-', '--all', '--json'])
  const [restored] = await found<Job>(['users', 'restore', '--from', '-', '--yes'], { input: lines })
  expect(restored).toMatchObject({ phase: 'done', counts: { failed: 0 } })
  expect(await rollcall(['users', 'get', ids[1] ?? ''])).toMatchObject({ code: 0 })
  expect(await found<DeletedUser>(['deleted-users', 'list', '--state', 'scheduled', '--limit', '1'])).toHaveLength(1)
  const wrong: [args: string[], said: RegExp][] = [
    [['--state', 'gone'], /query\.state/],
    [['--from', 'yesterday'], /query\.from/],
    [['ada'], /--search 'ada'/],
    [['--all', '--limit', '3'], /exclude each other/],
  ]
  for (const [further, said] of wrong)
    expect(await rollcall(['deleted-users', 'list', ...further])).toMatchObject({ code: 2, out: '', told: expect.stringMatching(said) })
}, 60_000) // prettier-ignore

async function withPeople(...names: string[]) {
  return { ...commandLine, ...(await commandLine.people(...names)) }
}
