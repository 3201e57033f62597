import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { createRandom } from '@rollcall/test-kit/random'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { connectionIdOf, databaseConnection, makeUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let connectionId: string
let clock = Date.now()
beforeAll(async () => {
  tenant = await startTestTenant(undefined, () => new Date(clock))
  connectionId = await connectionIdOf(tenant, databaseConnection)
})
afterAll(() => tenant.close())

const newAddress = () => `${randomUUID()}@example.com`

async function send(content: string, fields: Record<string, string> = {}) {
  const form = new FormData()
  form.set('users', new Blob([content], { type: 'application/json' }), 'users.json')
  for (const [name, value] of Object.entries({ connection_id: connectionId, ...fields })) form.set(name, value)
  const response = await fetch(`${tenant.http}/api/v2/jobs/users-imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await tenant.managementToken()}` },
    body: form,
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const importAll = async (rows: unknown[], fields?: Record<string, string>) => {
  const { status, body } = await send(JSON.stringify(rows), fields)
  expect(status).toBe(202)
  const id = String(body.id)
  await expect.poll(async () => ((await tenant.api('GET', `/jobs/${id}`)).body as { status: string }).status, { timeout: 15_000 }).toBe('completed') // prettier-ignore
  return { id, job: (await tenant.api('GET', `/jobs/${id}`)).body, errors: (await tenant.api('GET', `/jobs/${id}/errors`)) } // prettier-ignore
}
const userOf = async (email: string) => ((await tenant.api('GET', `/users-by-email?email=${email}`)).body as Record<string, unknown>[])[0] // prettier-ignore

test('users are imported with the passwords they had, and sign in with them', async () => {
  const [first, second, third] = [newAddress(), newAddress(), newAddress()]
  const password = 'the old password'
  const { job, errors } = await importAll([
    { email: first, password_hash: (await bcrypt(password, 10)).replace('$2y', '$2b'), email_verified: true },
    { email: second, custom_password_hash: { algorithm: 'bcrypt', hash: { value: await bcrypt(password, 8) } }, user_metadata: { a: 1 } },
    { email: third, custom_password_hash: { algorithm: 'argon2', hash: { value: await argon2(password) } }, app_metadata: { plan: 'gold' }, blocked: false },
  ], { external_id: 'the-move' }) // prettier-ignore
  expect(job).toMatchObject({
    type: 'users_import',
    connection_id: connectionId,
    external_id: 'the-move',
    summary: { failed: 0, updated: 0, inserted: 3, total: 3 },
  })
  expect(errors).toMatchObject({ status: 204, body: undefined })
  for (const email of [first, second, third]) {
    const result = await new TestBrowser(tenant.http).signIn(tenant, {}, { email, password })
    expect(result.get('code'), email).toBeTruthy()
  }
  expect(await userOf(third)).toMatchObject({ app_metadata: { plan: 'gold' }, blocked: false })
})

test('rows that cannot be done are told one by one, and the others are done', async () => {
  const [good, taken] = [newAddress(), await makeUser(tenant)]
  const { job, errors } = await importAll([
    { email: 'nobody' },
    { email: good },
    { email: taken.email },
    { email: newAddress(), nonsense: 1 },
    { email: newAddress(), password_hash: 'x' },
    { name: 'No address' },
    'no object',
  ])
  expect(job).toMatchObject({ summary: { failed: 6, inserted: 1, updated: 0, total: 7 } })
  expect(errors.status).toBe(200)
  const told = errors.body as { user: Record<string, unknown>; errors: { code: string; message: string; path?: string }[] }[] // prettier-ignore
  expect(told).toHaveLength(6)
  expect(told[0]).toMatchObject({ user: { email: 'nobody' }, errors: [{ code: 'FORMAT', path: 'email' }] })
  expect(told[1]?.errors).toEqual([{ code: 'DUPLICATED_USER', message: 'The user already exist and upsert parameter is false' }]) // prettier-ignore
  expect(told.map(({ errors: list }) => list[0]?.code)).toEqual(expect.arrayContaining(['PATTERN', 'ANY_OF_MISSING', 'INVALID_TYPE'])) // prettier-ignore
  expect(await userOf(good)).toBeDefined()
})

test('of many rows those that want the same thing are told, and all others are done', async () => {
  const rows = Array.from({ length: 600 }, (_unused, at) => ({ email: newAddress(), user_id: `many-${at}` }))
  const twice = [...rows, { email: rows[3]?.email }, { email: newAddress(), user_id: 'many-5' }]
  const { job, errors } = await importAll([{ email: 'nobody' }, ...twice])
  expect(job).toMatchObject({ summary: { failed: 3, inserted: 600, updated: 0, total: 603 } })
  const told = errors.body as { user: Record<string, unknown>; errors: { code: string }[] }[]
  expect(told.map(({ user, errors: list }) => [user.email, list[0]?.code])).toEqual([
    ['nobody', 'FORMAT'],
    [rows[3]?.email, 'DUPLICATED_USER'],
    [twice.at(-1)?.email, 'CONFLICT'],
  ])
  expect(await userOf(rows[599]?.email ?? '')).toMatchObject({ user_id: 'auth0|many-599' })
  expect(await userOf(rows[3]?.email ?? '')).toMatchObject({ user_id: 'auth0|many-3' })
})

test('with upsert a person who is in the file twice has what the last row says', async () => {
  const [email, other] = [newAddress(), newAddress()]
  const { job } = await importAll([{ email, name: 'First' }, { email: other }, { email, name: 'Last' }], { upsert: 'true' }) // prettier-ignore
  expect(job).toMatchObject({ summary: { failed: 0, inserted: 2, updated: 1 } })
  expect(await userOf(email)).toMatchObject({ name: 'Last' })
})

test('with upsert an existing user is changed, and keeps their password', async () => {
  const user = await makeUser(tenant)
  const { job } = await importAll([{ email: user.email, name: 'New', app_metadata: { plan: 'pro' }, password_hash: (await bcrypt('x', 10)).replace('$2y', '$2b') }], { upsert: 'true' }) // prettier-ignore
  expect(job).toMatchObject({ summary: { inserted: 0, updated: 1 } })
  expect(await userOf(user.email)).toMatchObject({ name: 'New', app_metadata: { plan: 'pro' } })
  expect((await new TestBrowser(tenant.http).signIn(tenant, {}, user)).get('code')).toBeTruthy()
})

test.each([
  ['more than 500 KB', `[${'{"email":"a@example.com"},'.repeat(25_000)}{}]`, 413],
  ['no JSON', '[{', 400],
  ['no array', '{}', 400],
  ['nothing', '', 400],
  ['an empty array', '[]', 400],
  ['nesting without end', `[{"user_metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}]`, 400],
])('a file of %s is refused', async (_name, content, status) => {
  expect((await send(content)).status).toBe(status)
})

test('an import into a connection that is not there, or without the scope, is refused', async () => {
  expect((await send('[{"email":"a@example.com"}]', { connection_id: 'con_0000000000000000' })).status).toBe(400)
  const token = await tenant.managementToken('read:users')
  expect((await tenant.api('POST', '/jobs/users-imports', undefined, token)).status).toBe(403)
  expect((await tenant.api('GET', '/jobs/job_0000000000000000')).status).toBe(404)
})

const download = async (body: Record<string, unknown>) => {
  const job = await tenant.api('POST', '/jobs/users-exports', body)
  expect(job.status).toBe(200)
  const { id } = job.body as { id: string }
  const done = (await tenant.api('GET', `/jobs/${id}`)).body as { location: string; status: string }
  expect(done.status).toBe('completed')
  return done.location
}
const read = async (location: string) => gunzipSync(Buffer.from(await (await fetch(location)).arrayBuffer())).toString()

test('everybody is exported, a line each, whole or in the fields that were asked for', async () => {
  const user = await makeUser(tenant)
  await tenant.api('PATCH', `/users/${encodeURIComponent(user.userId)}`, { name: '=1+1 "é"', app_metadata: { plan: 'gold' } }) // prettier-ignore
  const { total } = (await tenant.api('GET', '/users?include_totals=true&per_page=0')).body as { total: number }
  const lines = (await read(await download({ format: 'json' }))).trim().split('\n')
  expect(lines).toHaveLength(total)
  const whole = lines
    .map((line) => JSON.parse(line) as { user_id: string })
    .find(({ user_id: id }) => id === user.userId)
  expect(whole).toEqual((await tenant.api('GET', `/users/${encodeURIComponent(user.userId)}`)).body)

  const fields = [{ name: 'email' }, { name: 'name', export_as: 'Full name' }, { name: 'app_metadata.plan' }, { name: 'identities[0].connection' }] // prettier-ignore
  const csv = (await read(await download({ format: 'csv', fields, connection_id: connectionId }))).trim().split('\n')
  expect(csv[0]).toBe('"email","Full name","app_metadata.plan","identities[0].connection"')
  // A spreadsheet takes it for text, not for a formula.
  expect(csv).toContain(`"'${user.email}","'=1+1 ""é""","'gold","'Username-Password-Authentication"`)
  expect((await read(await download({ format: 'json', limit: 2 }))).trim().split('\n')).toHaveLength(2)
})

test('the address of an export is good for a minute, and only as it was given', async () => {
  const location = await download({ format: 'json' })
  const forged = new URL(location)
  forged.searchParams.set('expires', String(clock + 1e9))
  expect((await fetch(forged)).status).toBe(403)
  expect((await fetch(location.replace(/job_\w+/, 'job_0000000000000000'))).status).toBe(403)
  expect((await fetch(location)).status).toBe(200)
  clock += 61_000
  expect((await fetch(location)).status).toBe(403)
})

test('a job that was left undone is done at the next start', async () => {
  const email = newAddress()
  const { db } = tenant.tenant.context
  await db
    .insertInto('jobs')
    .values({
      id: 'job_leftover00000000',
      type: 'users_import',
      status: 'processing',
      input: JSON.stringify({ rows: [{ email }], connection: databaseConnection, upsert: false }),
      finished_at: null,
    }) // prettier-ignore
    .execute()
  const next = await startTestTenant(tenant)
  try {
    await expect.poll(async () => ((await next.api('GET', '/jobs/job_leftover00000000')).body as { status: string }).status, { timeout: 15_000 }).toBe('completed') // prettier-ignore
    expect(await userOf(email)).toBeDefined()
  } finally {
    await next.close()
  }
})

test('a job that comes while the last one is looked for is not left lying', async () => {
  const add = async () => {
    const { body } = await tenant.api('POST', '/jobs/users-exports', { connection_id: connectionId })
    return (body as { id: string }).id
  }
  const random = createRandom(7)
  const statusOf = async (id: string) => ((await tenant.api('GET', `/jobs/${id}`)).body as { status: string }).status
  for (let round = 0; round < 300; round += 1) {
    const first = add()
    await sleep(random.below(8)) // where the second one meets the first is chance
    const ids = await Promise.all([first, add()])
    // Sooner than all jobs are looked for again in any case.
    await expect.poll(() => Promise.all(ids.map(statusOf)), { timeout: 3000, interval: 5 }).toEqual(ids.map(() => 'completed'))
  }
}, 60_000) // prettier-ignore
