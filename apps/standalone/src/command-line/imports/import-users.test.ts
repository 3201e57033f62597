import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { User, UserImport } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOnTerminal } from '../testing/run-command.ts'
import { startCommandLine, type TestCommandLine } from '../../testing/start-command-line.ts'

let commandLine: TestCommandLine
beforeAll(async () => {
  commandLine = await startCommandLine()
})
afterAll(() => commandLine.close())

let made = 0
/** @returns the file, and the domain that its addresses end with */
async function fileOf(lines: (domain: string) => string[], ending = 'csv'): Promise<{ file: string; domain: string }> {
  const domain = `import${++made}.example`
  const file = join(commandLine.folder, `people${made}.${ending}`)
  await writeFile(file, `${lines(domain).join('\n')}\n`)
  return { file, domain }
}
const someFaulty = (domain: string) => [
  'E-Mail,First name,Plan,Seats,Notes',
  `ada@${domain},Ada,gold,12,one`,
  `grace@${domain},Grace,silver,3,two`,
  'nobody,Bob,gold,1,three',
]
const importsThere = async () => (await commandLine.found<UserImport>(['imports', 'list', '--limit', '100'])).map(({ importId }) => importId) // prettier-ignore
const emailsOf = async (domain: string) => {
  const { body } = await commandLine.staffed.manage('GET', `/users?q=${encodeURIComponent(`email.domain:"${domain}"`)}&search_engine=v3`) // prettier-ignore
  return (body as { email: string }[]).map(({ email }) => email).sort()
}

test('a dry run tells what columns are taken for, who would be imported and who not, and imports nobody', async () => {
  const { rollcall, folder } = commandLine
  const { file, domain } = await fileOf(someFaulty)
  const report = join(folder, 'faults.csv')
  const dry = await rollcall(['users', 'import', file, '--dry-run', '--report', report])
  expect(dry).toMatchObject({ code: 1, told: '' })
  expect(dry.out).toContain('E-Mail → email')
  expect(dry.out).toContain('Plan → not imported')
  expect(dry.out).toContain('2 to be created, 0 to be updated')
  expect(dry.out).toContain('1 row cannot be imported, the first in line 4: email: Is no e-mail address.')
  expect(await readFile(report, 'utf8')).toMatch(/^line,state,email,username,code,message\n4,invalid,nobody,,email-invalid,/)
  const again = await rollcall(['users', 'import', file, '--dry-run', '--report', report])
  expect(again).toMatchObject({ code: 2, out: '', told: expect.stringContaining('--force') })
  expect(await emailsOf(domain)).toEqual([])
  const { out } = await rollcall(['imports', 'list', '--limit', '1'])
  expect(out.split('\t').slice(1, 3)).toEqual([`people${made}.csv`, 'cancelled'])
}) // prettier-ignore

test('columns are what they are said to be, and who is imported has it', async () => {
  const { rollcall, found } = commandLine
  const { file, domain } = await fileOf((at) => someFaulty(at).slice(0, 3))
  const columns = ['Plan=app_metadata.plan', 'Seats=app_metadata.seats:number', 'First name=nickname', 'Notes=']
  const args = ['users', 'import', file, ...columns.flatMap((one) => ['--column', one])]
  const [done] = await found<UserImport>([...args, '--users', '2'])
  expect(done).toMatchObject({ phase: 'done', counts: { rows: 2, created: 2, failed: 0 } })
  expect(done?.columns.map(({ to }) => to)).toEqual(['email', 'nickname', 'app_metadata.plan', 'app_metadata.seats', null])
  await expect.poll(() => commandLine.staffed.listed(`email:ada@${domain}`)).toHaveLength(1)
  const [ada] = await found<User>(['users', 'get', `ada@${domain}`])
  expect(ada).toMatchObject({ nickname: 'Ada', appMetadata: { plan: 'gold', seats: 12 } })
  const wrong: [column: string, said: RegExp][] = [
    ['Plam=app_metadata.plan', /no column Plam\.\n {2}Did you mean Plan\?/],
    ['Plan=emial', /no field emial\.\n {2}Did you mean email\?/],
    ['Plan', /not COLUMN=FIELD/],
    ['Seats=app_metadata.seats:integer', /integer is none of text, number/],
  ]
  for (const [column, said] of wrong)
    expect(await rollcall(['users', 'import', file, '--column', column, '--yes'])).toMatchObject({ code: 2, out: '', told: expect.stringMatching(said) })
}) // prettier-ignore

test('nobody is imported whom nobody has agreed to', async () => {
  const { rollcall, everything } = commandLine
  const { file, domain } = await fileOf((at) => someFaulty(at).slice(0, 3))
  expect(await rollcall(['users', 'import', file])).toMatchObject({ code: 2, told: expect.stringContaining('--users N') })
  expect(await rollcall(['users', 'import', file, '--users', '3'])).toMatchObject({ code: 5, told: expect.stringContaining('2 users, and not 3') })
  const no = await runOnTerminal(['users', 'import', file], { env: everything, input: '3' })
  expect([no.code, stripVTControlCharacters(no.out)]).toEqual([1, expect.stringContaining('Import 2 users into Username-Password-Authentication?')])
  expect(await emailsOf(domain)).toEqual([])
  expect((await rollcall(['imports', 'list', '--limit', '2'])).out.trim().split('\n').map((line) => line.split('\t')[2])).toEqual(['cancelled', 'cancelled'])
  const yes = await runOnTerminal(['users', 'import', file], { env: everything, input: '2' })
  expect([yes.code, stripVTControlCharacters(yes.out)]).toEqual([0, expect.stringContaining('done: 2 created, 0 updated, 0 failed')])
  expect(await emailsOf(domain)).toEqual([`ada@${domain}`, `grace@${domain}`])
}) // prettier-ignore

test('who is there already is skipped or updated, from standard input too, and rows that cannot be imported make it a failure', async () => {
  const { rollcall, people, staffed, folder } = commandLine
  const { ids, address } = await people('Mary')
  const input = `{"email":"${address(0)}","name":"Mary Shelley"}\n`
  const skipped = await rollcall(['users', 'import', '-', '--yes'], { input })
  expect(skipped).toMatchObject({ code: 0, told: '', out: expect.stringContaining('1 row skipped') })
  const updated = await rollcall(['users', 'import', '-', '--on-duplicate', 'upsert', '--yes'], { input: `${input}{"email":"nobody"}\n` }) // prettier-ignore
  expect(updated).toMatchObject({ code: 1, out: expect.stringContaining('done: 0 created, 1 updated, 0 failed, 1 invalid') })
  expect(await staffed.inTenant(ids[0] ?? '')).toMatchObject({ name: 'Mary Shelley' })
  const importId = /imports report (\S+)/.exec(updated.told)?.[1] ?? ''
  const report = await rollcall(['imports', 'report', importId])
  expect(report.out.trim().split('\n')).toEqual([expect.stringMatching(/^line,/), expect.stringMatching(/^2,invalid,nobody,/)])
  const file = join(folder, 'all.csv')
  expect(await rollcall(['imports', 'report', importId, '--all', '--out', file])).toMatchObject({ code: 0, out: '' })
  expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(3)
  expect((await rollcall(['imports', 'rows', importId, '--state', 'invalid'])).out).toMatch(/^2\tnobody\t\tinvalid\t/)
  expect((await rollcall(['imports', 'get', importId])).out).toMatch(/done: 0 created, 1 updated.*\n {2}by application-1\n/)
}) // prettier-ignore

test('an import goes on without whoever has started it, and is paused, resumed, followed and cancelled by its id', async () => {
  const { rollcall, found, staffed } = commandLine
  const { file, domain } = await fileOf((at) => Array.from({ length: 9000 }, (_unused, row) => JSON.stringify({ email: `p${row}@${at}`, name: `Person ${row} with a long enough name` })), 'ndjson') // prettier-ignore
  const started = await rollcall(['users', 'import', file, '--yes'], {
    interruptedAfter: () => expect.poll(async () => (await rollcall(['imports', 'list', '--limit', '1'])).out, { timeout: 15_000 }).toMatch(/\trunning\t/),
  })
  expect(started).toMatchObject({ code: 130, told: expect.stringMatching(/The import goes on: rollcall imports watch \S+\nInterrupted/) })
  const importId = /imports watch (\S+)/.exec(started.told)?.[1] ?? ''
  expect(await rollcall(['imports', 'pause', importId])).toMatchObject({ code: 0, out: `${importId}  paused\n` })
  expect(await rollcall(['imports', 'start', importId, '--users', '9000'])).toMatchObject({ code: 5 })
  expect(await rollcall(['imports', 'watch', importId])).toMatchObject({ code: 1, told: expect.stringContaining(`imports resume ${importId}`) })
  expect(await rollcall(['imports', 'resume', importId])).toMatchObject({ code: 0 })
  const [done] = await found<UserImport>(['imports', 'watch', importId])
  expect(done).toMatchObject({ phase: 'done', counts: { created: 9000, failed: 0 } })
  expect(await rollcall(['imports', 'cancel', importId])).toMatchObject({ code: 5 })
  const answer = await staffed.manage('GET', `/users?q=${encodeURIComponent(`email.domain:"${domain}"`)}&search_engine=v3&include_totals=true&per_page=1`)
  expect(answer.body).toMatchObject({ total: 9000 })
}, 60_000) // prettier-ignore

test('interrupted before the file has come whole, it leaves nothing', async () => {
  const { rollcall, staffed } = commandLine
  const before = await importsThere()
  const takenIn = async () => {
    const { rows } = await sql`SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY%import_rows%' AND state = 'active' AND datname = current_database()`.execute(staffed.db.db)
    return rows.length
  }
  const { code, out, told } = await rollcall(['users', 'import', '-', '--yes'], {
    input: `email\n${Array.from({ length: 20_000 }, (_unused, at) => `p${at}@example.com`).join('\n')}`,
    isInputOpen: true,
    interruptedAfter: () => expect.poll(takenIn).toBe(1),
  })
  expect([code, out, told]).toEqual([130, '', 'Interrupted.\n'])
  await expect.poll(takenIn).toBe(0)
  expect(await importsThere()).toEqual(before)
}) // prettier-ignore

test('what is wrong with the file, the permission or the command is told by the exit code, and nothing is kept', async () => {
  const { rollcall, applicationWith } = commandLine
  const reader = await applicationWith('read:users', 'create:users')
  const { file } = await fileOf(someFaulty)
  const broken = await fileOf(() => ['email,name', '"a@example.com,never closed'])
  const before = await importsThere()
  const cases: [code: number, args: string[], said: RegExp, env?: Record<string, string>][] = [
    [2, ['users', 'import'], /Say one file/],
    [2, ['users', 'import', join(commandLine.folder, 'none.csv'), '--yes'], /cannot be read/],
    [2, ['users', 'import', commandLine.folder, '--yes'], /is a folder/],
    [2, ['users', 'import', file, '--on-duplicate', 'update', '--yes'], /none of skip, upsert/],
    [2, ['users', 'import', file, '--connection', 'nowhere', '--yes'], /no such database connection/],
    [2, ['users', 'import', broken.file, '--yes'], /cannot be read from line 2 on/],
    [3, ['users', 'import', file, '--yes'], /manage:jobs/, reader],
    [4, ['imports', 'watch', '00000000-0000-4000-8000-000000000001'], /no such import/],
    [2, ['imports', 'wach', '1'], /Did you mean rollcall imports watch\?/],
  ]
  for (const [code, args, said, env] of cases)
    expect([args.join(' '), await rollcall(args, env && { env })]).toEqual([args.join(' '), expect.objectContaining({ code, out: '', told: expect.stringMatching(said) })])
  expect(await importsThere()).toEqual(before)
}, 60_000) // prettier-ignore
