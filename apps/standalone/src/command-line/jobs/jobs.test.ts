import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Job, View } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signInAsStaff } from '../../testing/sign-in-staff.ts'
import { runOnTerminal } from '../testing/run-command.ts'
import { startCommandLine, type TestCommandLine } from '../../testing/start-command-line.ts'

/** Jobs as the command line steers them. */
let commandLine: TestCommandLine
/** The environment of a person who may do everything. */
let person: Record<string, string>
beforeAll(async () => {
  commandLine = await startCommandLine({ policy: { approvalAbove: { 'user.block': 1 } } })
  const token = await signInAsStaff(commandLine.staffed, 'lead@example.com')
  person = { ROLLCALL_URL: commandLine.staffed.standalone.url, ROLLCALL_TOKEN: token }
})
afterAll(() => commandLine.close())

const isBlocked = async (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await commandLine.staffed.inTenant(id)).blocked ?? false))

/** A job that waits for a second person. */
async function asked(filter: string): Promise<string> {
  const { code, told } = await commandLine.rollcall(['users', 'block', '--filter', filter, '--users', '2', '--reason', 'Asked for by the bank']) // prettier-ignore
  expect([code, told]).toEqual([5, expect.stringContaining('waits for somebody else to approve it')])
  return /rollcall jobs approve (\S+),/.exec(told)?.[1] ?? ''
}

test('a job that needs a second person is approved by one who types the number, and never by a program', async () => {
  const { ids, filter } = await commandLine.people('One', 'Two')
  const jobId = await asked(filter)
  expect(await commandLine.rollcall(['jobs', 'approve', jobId, '--users', '2'])).toMatchObject({ code: 3, told: expect.stringContaining('A person has to decide') })
  expect(await commandLine.rollcall(['jobs', 'approve', jobId], { env: person })).toMatchObject({ code: 2, told: expect.stringContaining('--users N') })
  expect(await commandLine.rollcall(['jobs', 'approve', jobId, '--users', '3'], { env: person })).toMatchObject({ code: 5 })
  const no = await runOnTerminal(['jobs', 'approve', jobId], { env: person, input: '1' })
  expect([no.code, stripVTControlCharacters(no.out)]).toEqual([1, expect.stringMatching(/application-1 asks for it, because: Asked for by the bank\s+user\.block would be done to 2 users/)])
  expect(await isBlocked(ids)).toEqual([false, false])
  expect((await runOnTerminal(['jobs', 'approve', jobId, '--comment', 'Checked'], { env: person, input: '2' })).code).toBe(0)
  expect(await commandLine.rollcall(['jobs', 'watch', jobId])).toMatchObject({ code: 0, out: expect.stringContaining('2 done') })
  expect(await isBlocked(ids)).toEqual([true, true])
  const [job] = await commandLine.found<Job>(['jobs', 'get', jobId])
  expect(job?.approval).toMatchObject({ isGiven: true, comment: 'Checked' })
  expect((await commandLine.rollcall(['jobs', 'get', jobId])).out).toMatch(/^done: 2 done[^]*\nuser\.block of 2 users\n {2}approved by lead@example\.com: Checked\n/)
}) // prettier-ignore

test('a refusal says why, and nothing is done', async () => {
  const { ids, filter } = await commandLine.people('One', 'Two')
  const jobId = await asked(filter)
  expect(await commandLine.rollcall(['jobs', 'refuse', jobId], { env: person })).toMatchObject({ code: 2, told: expect.stringContaining('--comment') }) // prettier-ignore
  const refused = await commandLine.rollcall(['jobs', 'refuse', jobId, '--comment', 'Not these'], { env: person })
  expect(refused).toMatchObject({ code: 0, out: `${jobId}  cancelled\n` })
  expect(await isBlocked(ids)).toEqual([false, false])
  const again = await commandLine.rollcall(['jobs', 'approve', jobId, '--users', '2'], { env: person })
  expect(again).toMatchObject({ code: 5 })
  const seen = await commandLine.rollcall(['jobs', 'watch', jobId])
  expect(seen).toMatchObject({ code: 1, out: 'cancelled: 0 done, 0 failed, 0 left out, 2 wait\n  refused by lead@example.com: Not these\n' }) // prettier-ignore
})

test('a dry run says that a second person is needed, and by which way those in the recycle bin are found', async () => {
  const { filter } = await commandLine.people('One', 'Two')
  const dry = await commandLine.rollcall(['users', 'block', '--filter', filter, '--dry-run'])
  expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('A second person has to approve it.') })
  const lost = await commandLine.rollcall(['users', 'restore', '--filter', filter, '--yes'])
  expect(lost).toMatchObject({ code: 2, out: '', told: expect.stringContaining('--json | rollcall users restore --from -') }) // prettier-ignore
})

test('the speed of a job is set in per cent', async () => {
  const { filter } = await commandLine.people('One', 'Two')
  const jobId = await asked(filter)
  expect(await commandLine.rollcall(['jobs', 'speed', jobId, '25%'])).toMatchObject({ code: 0, out: `${jobId}  waiting-for-approval, 25 %\n` }) // prettier-ignore
  const [job] = await commandLine.found<Job>(['jobs', 'get', jobId])
  expect(job?.speed).toBe(25)
  for (const args of [[jobId], [jobId, 'fast'], [jobId, '0'], [jobId, '101']])
    expect(await commandLine.rollcall(['jobs', 'speed', ...args])).toMatchObject({ code: 2, out: '' })
  expect((await commandLine.rollcall(['jobs', 'cancel', jobId])).code).toBe(0)
})

test('a job is done to whom a saved view finds, by its name or its id', async () => {
  const { rollcall, found, people, staffed } = commandLine
  const { ids, filter } = await people('One')
  const save = async (name: string, content: object) => {
    const headers = { authorization: `Bearer ${staffed.token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ name, columns: ['email'], isShared: true, ...content })
    const response = await fetch(`${staffed.standalone.url}/api/views`, { method: 'POST', headers, body })
    return (await response.json()) as View
  }
  const view = await save('Reported accounts', { filter })
  const block = ['users', 'block', '--view']
  const [dry] = await found<Job>([...block, view.id, '--dry-run'])
  expect(dry).toMatchObject({ selection: { kind: 'view', filter }, counts: { waiting: 1 } })
  const [done] = await found<Job>([...block, 'Reported accounts', '--users', '1'])
  expect(done).toMatchObject({ phase: 'done', counts: { done: 1 } })
  expect(await isBlocked(ids)).toEqual([true])
  expect(await rollcall([...block, 'Reported acounts', '--yes'])).toMatchObject({ code: 4, told: expect.stringContaining('Did you mean Reported accounts?') }) // prettier-ignore
  await save('Reported accounts', { filter: 'name:Another' })
  expect(await rollcall([...block, 'Reported accounts', '--yes'])).toMatchObject({ code: 5, told: expect.stringContaining(view.id) }) // prettier-ignore
  expect(await rollcall([...block, view.id, '--filter', filter, '--yes'])).toMatchObject({ code: 2 })
})

test('a job is done to a list, and tells which of it are nobody', async () => {
  const { rollcall, found, people, folder } = commandLine
  const { ids, address } = await people('One', 'Two')
  const list = join(folder, 'leavers.txt')
  await writeFile(list, `# who has left\n${ids[0]}\n${address(1)}\nnobody@nowhere.example\n`)
  const args = ['users', 'edit', '--param', 'nickname=Gone', '--from']
  const dry = await rollcall([...args, list, '--dry-run'])
  expect(dry).toMatchObject({ code: 1, told: '', out: expect.stringContaining('nobody@nowhere.example is nobody') })
  expect(dry.out).toContain('user.edit would be done to 2 users of 2 users')
  const [done] = await found<Job>([...args, '-', '--users', '2'], { input: `${ids[0]}\n${address(1)}\n` })
  expect(done).toMatchObject({ phase: 'done', counts: { done: 2 }, selection: { kind: 'list', entries: 2 } })
  expect(await commandLine.staffed.inTenant(ids[1] ?? '')).toMatchObject({ nickname: 'Gone' })
  const wrong: [args: string[], said: RegExp][] = [
    [[join(folder, 'none.txt')], /--from \S+ cannot be read/],
    [[list, ids[0] ?? ''], /not by both/],
    [[list, '--key', 'k'], /--key is for users/],
    [[list], /--users N/],
  ]
  const gone = await rollcall([...args, '-', '--yes'], { input: 'nobody@nowhere.example\n' })
  expect(gone).toMatchObject({ code: 1, told: '', out: expect.stringContaining('nobody@nowhere.example is nobody') })
  for (const [further, said] of wrong)
    expect(await rollcall([...args, ...further])).toMatchObject({ code: 2, out: '', told: expect.stringMatching(said) })
})
