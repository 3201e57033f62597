import { ImportConnections } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importsOf } from './testing/import-files.ts'
import { makePasswordClient, signIn } from './testing/manage.ts'
import { startStaffed, type Staffed } from './testing/start-staffed.ts'

/** Users from files, through every floor: the upload, the check, the SDK, the local tenant's import. */
let staffed: Staffed
let { standalone, manage, db, signUp, inTenant, auditOf, listed } = {} as Staffed
let imports: ReturnType<typeof importsOf>
/** The way to the tenant, for a test to disturb. */
const undisturbed = (_method: string, _url: string, ask: () => Promise<Response>) => ask()
let carry: typeof undisturbed = undisturbed
beforeAll(async () => {
  staffed = await startStaffed({
    fetch: (input, init) => carry(init?.method ?? 'GET', String(input), () => fetch(input, init)),
  })
  ;({ standalone, manage, db, signUp, inTenant, auditOf, listed } = staffed)
  imports = importsOf({ url: standalone.url, token: staffed.token })
})
afterAll(() => staffed.close())

const byEmail = async (email: string) =>
  (await manage('GET', `/users-by-email?email=${encodeURIComponent(email)}`)).body as Record<string, unknown>[]
const appear = (filter: string, count: number) => expect.poll(async () => (await listed(filter)).length).toBe(count)
const secretsLeft = async (importId: string) => {
  const { rows } = await sql<{ left: number }>`SELECT (SELECT count(*) FROM import_rows WHERE import_id = ${importId})
    + (SELECT count(*) FROM import_users WHERE import_id = ${importId} AND content IS NOT NULL) AS left`.execute(db.db)
  return rows[0]?.left
} // prettier-ignore

const oldPassword = 'the old password'
/** Of it, by bcrypt in 10 rounds. */
const oldHash = '$2b$10$xs5VMAq66vgKbzHWs0p.numkVhfE4xYIrLeBTEbmPt5w2wA7.5s92'

test('a spreadsheet becomes users who sign in with the passwords they had, and nothing of these stays behind', async () => {
  const file = `\uFEFFE-Mail;First name;Surname;Email verified;Plan;Password hash;Notes\r
ada@csv.example;Ada;Lovelace;yes;gold;${oldHash};"a note;\r
on two lines"\r
\r
grace@csv.example;Grace;Hopper;no;'=1+1;;\r
`
  const guessed = await imports.check(file, '?name=people.csv')
  expect(guessed).toMatchObject({
    name: 'people.csv',
    format: 'csv',
    connection: 'Username-Password-Authentication',
    mode: 'skip',
    counts: { rows: 2, waiting: 2, toCreate: 2, invalid: 0 },
    findings: { withPassword: 1 },
    isMine: true,
  })
  expect(guessed.columns.map(({ to }) => to)).toEqual(['email', 'given_name', 'family_name', 'email_verified', null, 'password_hash', null]) // prettier-ignore
  expect(JSON.stringify(guessed)).not.toContain(oldHash)

  const columns = guessed.columns.map(({ column, to, as }) => ({ column, to: column === 'Plan' ? 'app_metadata.plan' : to, as })) // prettier-ignore
  expect(await imports.post(guessed.importId, 'plan', { columns })).toMatchObject({ status: 200, body: { phase: 'checking' } }) // prettier-ignore
  const checked = await imports.reaches(guessed.importId, 'checked')
  expect(checked.findings?.samples).toMatchObject([
    { line: 2, isThere: false, user: { email: 'ada@csv.example', email_verified: true, app_metadata: { plan: 'gold' }, password_hash: '[hidden]' } },
    { line: 5, user: { email: 'grace@csv.example', email_verified: false, app_metadata: { plan: '=1+1' } } },
  ]) // prettier-ignore
  expect(checked.findings?.warnings.map(({ code }) => code)).toEqual(['app-metadata'])
  expect(await byEmail('ada@csv.example')).toEqual([])

  expect(await imports.post(checked.importId, 'start', { users: 3 })).toMatchObject({ status: 409, body: { code: 'count-differs' } }) // prettier-ignore
  const done = await imports.start(checked)
  expect(done.counts).toMatchObject({ done: 2, created: 2, updated: 0, failed: 0, unknown: 0, waiting: 0 })
  expect(await byEmail('ada@csv.example')).toMatchObject([{ given_name: 'Ada', email_verified: true, app_metadata: { plan: 'gold' } }]) // prettier-ignore
  const client = await makePasswordClient(manage)
  expect(
    (await signIn(standalone.tenant.url, client, { username: 'ada@csv.example', password: oldPassword })).status,
  ).toBe(200)
  expect(
    (await signIn(standalone.tenant.url, client, { username: 'grace@csv.example', password: oldPassword })).status,
  ).toBe(403)
  await appear('email:*@csv.example', 2)

  await expect.poll(() => secretsLeft(done.importId)).toBe(0)
  await expect.poll(async () => JSON.stringify(await imports.read(done.importId))).not.toContain('gold')
  const audit = await auditOf(done.importId)
  expect(audit.map(({ action }) => action)).toEqual(['import.create', 'import.start', 'import.end'])
  expect(audit.at(-1)).toMatchObject({
    changes: expect.arrayContaining([{ field: 'created', before: null, after: 2 }]),
  })
  expect(JSON.stringify([audit, await imports.rows(done.importId), await imports.report(done.importId, '?rows=all')])).not.toContain(oldHash) // prettier-ignore
})

test('JSON, and a line of JSON each, are read as well, each row with the line it begins at', async () => {
  const json = `[
  {"email": "one@json.example", "user_metadata": {"a": [1, "]}"]}},

  {
    "email": "two@json.example", "blocked": true
  }
]`
  const array = await imports.check(json)
  expect(array).toMatchObject({ format: 'json', counts: { rows: 2, toCreate: 2 } })
  expect((await imports.rows(array.importId)).map(({ line }) => line)).toEqual([2, 4])
  expect((await imports.start(array)).counts).toMatchObject({ created: 2 })
  expect(await byEmail('two@json.example')).toMatchObject([{ blocked: true }])
  expect(await byEmail('one@json.example')).toMatchObject([{ user_metadata: { a: [1, ']}'] } }])

  const lines = '{"email":"one@lines.example","name":"Ünï"}\n\nnonsense\n["x"]\n{"email":"two@lines.example"}'
  const ndjson = await imports.check(lines)
  expect(ndjson).toMatchObject({ format: 'ndjson', counts: { rows: 4, invalid: 2, toCreate: 2 } })
  expect(await imports.rows(ndjson.importId)).toMatchObject([
    { line: 1, state: 'waiting', email: 'one@lines.example' },
    { line: 3, state: 'invalid', problem: { code: 'not-json' } },
    { line: 4, state: 'invalid', problem: { code: 'not-an-object' } },
    { line: 5, state: 'waiting' },
  ])
  expect((await imports.start(ndjson)).counts).toMatchObject({ created: 2, invalid: 2 })
  expect(await byEmail('one@lines.example')).toMatchObject([{ name: 'Ünï' }])
})

test('Rollcall’s own export is taken back as it was', async () => {
  const userId = await signUp({ email: 'round@trip.example', name: '+Round', user_metadata: { a: { b: 'ü' } }, app_metadata: { n: 1.5 } }) // prettier-ignore
  await appear('email:round@trip.example', 1)
  const files = await Promise.all(
    ['ndjson', 'csv', 'json'].map(async (format) =>
      (
        await standalone.ask(`/api/users/export?filter=email:round@trip.example&format=${format}`, staffed.token)
      ).text(),
    ),
  )
  const before = await inTenant(userId)
  for (const file of files) {
    await manage('PATCH', `/users/${encodeURIComponent(userId)}`, { name: 'Changed', user_metadata: { a: null } })
    const checked = await imports.check(file, '?mode=upsert')
    expect(checked.counts).toMatchObject({ rows: 1, invalid: 0, toUpdate: 1 })
    expect((await imports.start(checked)).counts).toMatchObject({ updated: 1, created: 0 })
    const after = await inTenant(userId)
    for (const field of ['name', 'user_metadata', 'app_metadata', 'email'])
      expect(after[field], field).toEqual(before[field])
  }
})

test('what is wrong with a row is told by its line, and only the others are sent', async () => {
  const taken = await signUp({ email: 'taken@wrong.example', name: 'As they were' })
  await appear('email:taken@wrong.example', 1)
  const rows: [string, string][] = [
    ['{"email":"good@wrong.example"}', 'waiting'],
    ['{"email":"no address"}', 'email-invalid'],
    ['{"name":"Nobody"}', 'no-identifier'],
    ['{"email":"GOOD@wrong.example"}', 'duplicate-email'],
    ['{"email":"taken@wrong.example","name":"Overwritten"}', 'already-there'],
    [`{"email":"thief@wrong.example","user_id":"${taken}"}`, 'user-id-taken'],
    ['{"email":"social@wrong.example","user_id":"google-oauth2|1"}', 'other-provider'],
    ['{"email":"a@wrong.example","user_id":"a b"}', 'user_id-invalid'],
    ['{"email":"b@wrong.example","blocked":"maybe"}', 'blocked-invalid'],
    ['{"email":"c@wrong.example","password_hash":"my-password-1"}', 'password_hash-invalid'],
    ['{"email":"d@wrong.example","custom_password_hash":{"algorithm":"sha256","hash":{}}}', 'custom_password_hash-invalid'],
    ['{"email":"e@wrong.example","app_metadata":{"__proto__":{"admin":true}}}', 'key-not-taken'],
    ['{"email":"f@wrong.example","app_metadata":{"email":"x"}}', 'app_metadata-invalid'],
    ['{"email":"g@wrong.example","user_metadata":{"a":"\\u0000"}}', 'not-storable'],
    ['{"email":"h@wrong.example","name":"\\ud800"}', 'not-storable'],
    [`{"email":"i@wrong.example","user_metadata":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, 'too-deep'],
    ['{"email":"=cmd|calc@wrong.example"}', 'email-invalid'],
    ['{"email":"ok@wrong.example","phone_number":"12"}', 'phone_number-invalid'],
  ] // prettier-ignore
  const checked = await imports.check(rows.map(([row]) => row).join('\n'))
  const told = await imports.rows(checked.importId)
  expect(told.map(({ line, state, problem }) => [line, (problem as { code: string } | null)?.code ?? state])).toEqual(rows.map(([, code], at) => [at + 1, code])) // prettier-ignore
  expect(checked.counts).toMatchObject({ rows: rows.length, waiting: 1, skipped: 1, invalid: rows.length - 2 })
  expect(checked.findings?.problems).toContainEqual({ code: 'not-storable', rows: 2, line: 14, message: expect.any(String) }) // prettier-ignore

  expect((await imports.start(checked)).counts).toMatchObject({ created: 1, failed: 0 })
  expect(await inTenant(taken)).toMatchObject({ name: 'As they were', email: 'taken@wrong.example' })
  const report = (await imports.report(checked.importId)).trim().split('\n')
  expect(report[0]).toBe('line,state,email,username,code,message')
  expect(report).toHaveLength(rows.length)
  expect(report).toContain("17,invalid,'=cmd|calc@wrong.example,,email-invalid,email: Is no e-mail address.")
  expect(report.join('')).not.toContain('my-password-1')
  expect(await imports.rows(checked.importId, '&state=invalid&code=no-identifier')).toHaveLength(1)
})

test('with upsert, who is there is given what the file has and keeps their password; a wish of the tenant’s is traced to its line', async () => {
  const password = 'Correct-Horse-9-Battery'
  const there = await signUp({ email: 'there@upsert.example', user_metadata: { old: 1 } })
  await appear('email:there@upsert.example', 1)
  const file = [
    JSON.stringify({ email: 'new@upsert.example' }),
    JSON.stringify({ email: 'There@upsert.example', name: 'New name', user_metadata: { fresh: 2 }, password_hash: oldHash }),
    JSON.stringify({ email: 'late@upsert.example', username: 'late' }),
    JSON.stringify({ email: 'odd@upsert.example', custom_password_hash: { algorithm: 'sha256', hash: { value: 'a-secret-hash', encoding: 'utf8' } } }),
  ].join('\n') // prettier-ignore
  const checked = await imports.check(file, '?mode=upsert')
  expect(checked.counts).toMatchObject({ toCreate: 3, toUpdate: 1 })
  expect(checked.findings?.warnings.map(({ code }) => code)).toEqual(['passwords-kept', 'unverified', 'metadata-replaced']) // prettier-ignore
  const done = await imports.start(checked)
  expect(done.counts).toMatchObject({ updated: 1, created: 2, failed: 1 })
  expect(await inTenant(there)).toMatchObject({ name: 'New name', user_metadata: { fresh: 2 } })
  const client = await makePasswordClient(manage)
  expect((await signIn(standalone.tenant.url, client, { username: 'there@upsert.example', password })).status).toBe(200)
  const failed = await imports.rows(done.importId, '&state=failed')
  expect(failed).toMatchObject([{ line: 4, email: 'odd@upsert.example' }])
  expect(JSON.stringify(failed)).not.toContain('a-secret-hash')
})

test('who came while it was being looked at is skipped as those are who were there, and stays as they are', async () => {
  const checked = await imports.check('email,name\nrace@late.example,From the file\nother@late.example,Other\n')
  const rival = await signUp({ email: 'race@late.example', name: 'Faster' })
  const done = await imports.start(checked)
  expect(done.counts).toMatchObject({ rows: 2, created: 1, skipped: 1, failed: 0, waiting: 0 })
  expect(await imports.rows(done.importId, '&state=skipped')).toMatchObject([{ line: 2, problem: { code: 'already-there' } }]) // prettier-ignore
  expect(await inTenant(rival)).toMatchObject({ name: 'Faster' })
})

test('more than one file of the tenant’s is sent in pieces within its limits, also when answers are lost and others import as well', async () => {
  const notes = 'n'.repeat(18_000)
  const file = Array.from({ length: 60 }, (_, at) => JSON.stringify({ email: `many${at}@pieces.example`, app_metadata: { mark: 'pieces' }, user_metadata: { notes } })).join('\n') // prettier-ignore
  let calls = 0
  carry = async (method, url, ask) => {
    if (method !== 'POST' || !url.endsWith('/jobs/users-imports')) return ask()
    calls += 1
    if (calls === 2) return Response.json({ statusCode: 429, error: 'Too Many Requests', message: 'There are 2 active import users jobs, please wait until some of them are finished and try again', errorCode: 'too_many_requests' }, { status: 429 }) // prettier-ignore
    const response = await ask()
    if (calls !== 3) return response
    throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })
  }
  const done = await imports.start(await imports.check(file))
  carry = undisturbed
  expect(done.counts).toMatchObject({ done: 60, created: 60, failed: 0, unknown: 0 })
  const { rows } = await sql<{ attempts: number }>`SELECT attempts FROM import_chunks WHERE import_id = ${done.importId}`.execute(db.db) // prettier-ignore
  expect(rows.length).toBeGreaterThan(2)
  // What may have arrived is sent again.
  expect(Math.max(...rows.map(({ attempts }) => attempts))).toBeGreaterThan(1)
  const { rows: made } = await sql<{ users: number; addresses: number }>`SELECT count(*) AS users, count(DISTINCT email) AS addresses FROM tenant.users WHERE app_metadata->>'mark' = 'pieces'`.execute(db.db) // prettier-ignore
  expect(made).toEqual([{ users: 60, addresses: 60 }])
})

test('whom a large import has made is read into the directory by an export, and not one by one', async () => {
  let asked = 0
  carry = (method, url, ask) => {
    if (method === 'GET' && url.includes('/api/v2/users/')) asked += 1
    return ask()
  }
  const rows = Array.from({ length: 2000 }, (_unused, at) => JSON.stringify({ email: `large${at}@large.example` }))
  await imports.start(await imports.check(rows.join('\n')))
  const known = async () =>
    ((await (await standalone.ask('/api/users/count?filter=email:large*', staffed.token)).json()) as { users: number }).users // prettier-ignore
  await expect.poll(known, { timeout: 15_000 }).toBe(2000)
  carry = undisturbed
  expect(asked).toBeLessThan(1000)
}, 40_000)

test('it is paused, goes on, and is cancelled, and each only when that makes sense', async () => {
  const checked = await imports.check('email\nsteered@steer.example\n')
  expect(await imports.post(checked.importId, 'pause')).toMatchObject({ status: 409, body: { code: 'import-phase' } })
  carry = async (_method, url, ask) =>
    url.endsWith('/jobs/users-imports') ? Response.json({ statusCode: 400, error: 'Bad Request', message: 'Connection must be enabled.' }, { status: 400 }) : ask() // prettier-ignore
  await imports.post(checked.importId, 'start', { users: 1 })
  const paused = await imports.reaches(checked.importId, 'paused')
  expect(paused.problem).toMatchObject({ message: expect.stringContaining('Connection must be enabled') })
  carry = undisturbed
  expect(await imports.post(checked.importId, 'plan', { mode: 'upsert' })).toMatchObject({ status: 409 })
  expect(await imports.post(checked.importId, 'resume')).toMatchObject({ status: 200 })
  expect((await imports.reaches(checked.importId, 'done')).counts).toMatchObject({ created: 1 })

  const other = await imports.check('email,password_hash\ncancelled@steer.example,\n')
  expect(await imports.post(other.importId, 'cancel')).toMatchObject({ status: 200, body: { phase: 'cancelled' } })
  expect(await imports.post(other.importId, 'start', { users: 1 })).toMatchObject({ status: 409 })
  expect(await byEmail('cancelled@steer.example')).toEqual([])
})

test('whoever follows the changes is told which import has moved, and nothing of what is in it', async () => {
  const stream = await standalone.ask('/api/changes', staffed.token)
  const events = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  const found = await imports.check('email\nfollowed@events.example\n', '?name=events.csv')
  await imports.start(found)
  const ended = `event: imports\ndata: ${JSON.stringify({ kind: 'imports', importIds: [found.importId] })}\n\n`
  let told = ''
  // At least: it is there, it is checked, it is started, it is over.
  while (told.split(ended).length <= 4) {
    const { value, done } = (await events?.read()) ?? { done: true }
    expect(done).toBe(false)
    told += value
  }
  await events?.cancel()
  expect(told).not.toContain('followed@')
  expect(told).not.toContain('events.csv')
})

test('only who may create users imports any, only who may change users overwrites some, and nobody who has not signed in', async () => {
  const { audience, m2m } = standalone.tenant.credentials
  const grants = (await manage('GET', `/client-grants?client_id=${m2m.clientId}`)).body as { id: string; audience: string; scope: string[] }[] // prettier-ignore
  const grant = grants.find((one) => one.audience === audience)
  const may = async (scope: string) => {
    await manage('PATCH', `/client-grants/${grant?.id}`, { scope: scope.split(' ') })
    const token = await standalone.token({ audience, ...m2m })
    await manage('PATCH', `/client-grants/${grant?.id}`, { scope: grant?.scope })
    return importsOf({ url: standalone.url, token })
  }
  const file = 'email\nmay@access.example\n'
  const refused = { status: 403, body: { code: 'permission-missing' } }
  expect(await (await may('read:users manage:jobs update:users')).upload(file)).toMatchObject(refused)
  expect(await (await may('read:users create:users')).upload(file)).toMatchObject(refused)
  const creator = await may('read:users create:users manage:jobs')
  expect(await creator.upload(file, '?mode=upsert')).toMatchObject(refused)
  const { importId } = await creator.check(file)
  expect(await creator.post(importId, 'plan', { mode: 'upsert' })).toMatchObject(refused)
  expect(ImportConnections.parse(await (await standalone.ask('/api/imports/connections', staffed.token)).json()).connections).toContainEqual({ id: expect.any(String), name: 'Username-Password-Authentication' }) // prettier-ignore
  expect((await fetch(`${standalone.url}/api/imports`)).status).toBe(401)
})

test.each([
  ['nothing', '', '', 'file-empty'],
  ['names alone', 'email,name\n', '', 'file-empty'],
  ['a quotation mark that is never closed', 'email,name\na@x.example,"open\nb@x.example,B\n', '', 'file-malformed'],
  ['JSON that ends too early', '[{"email":"a@x.example"},', '', 'file-malformed'],
  ['JSON of another kind', '[1,2]', '', 'file-malformed'],
  ['a row without end', `[{"email":"${'a'.repeat(300_000)}"}]`, '', 'file-malformed'],
  ['a line without end', `{"email":"${'a'.repeat(300_000)}"}`, '', 'file-malformed'],
  ['a cell without end', `email\n"${'a'.repeat(300_000)}"\n`, '', 'file-malformed'],
  ['another encoding', Buffer.from('email,name\na@x.example,Zoë\n', 'latin1'), '', 'file-not-utf8'],
  ['UTF-16', Buffer.from('\uFEFFemail\na@x.example\n', 'utf16le'), '', 'file-not-utf8'],
  ['something that is wrong from its beginning, and long', `[1,${' '.repeat(8_000_000)}]`, '', 'file-malformed'],
  ['columns without end', `${Array.from({ length: 400 }, (_, at) => `c${at}`).join()}\n`, '', 'too-many-columns'],
  ['a connection that is not there', 'email\na@x.example\n', '?connection=nowhere', 'connection-unknown'],
])('a file of %s is refused whole', async (_what, content, query, code) => {
  const { rows: before } = await sql<{ rows: number }>`SELECT count(*) AS rows FROM import_rows`.execute(db.db)
  expect(await imports.upload(content, query)).toMatchObject({ status: 400, body: { code } })
  expect((await sql<{ rows: number }>`SELECT count(*) AS rows FROM import_rows`.execute(db.db)).rows).toEqual(before)
})
