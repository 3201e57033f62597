import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseUserFilter } from '@rollcall/contracts/admin-api/user-filter'
import type { UserFilter } from '@rollcall/contracts/admin-api/user-filter'
import { openDataFolder } from '@rollcall/data-folder'
import { createLogger, InvalidInput } from '@rollcall/http-kit'
import { migrateTenant, startLocalTenant, type LocalTenant } from '@rollcall/tenant'
import { testDatabase } from '@rollcall/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { printAuth0Query } from './auth0-query.ts'
import { holds } from './testing/holds.ts'
import { somebody, type Person } from './testing/person.ts'

// What is printed is asked of the real local tenant, and held against the filter's meaning in plain code.

const now = new Date('2031-03-05T12:00:00.000Z')
const world = { roles: [], organizations: [], agos: { '30d': '2031-02-03T12:00:00.000Z', '99y': '1932-03-05T12:00:00.000Z' } } // prettier-ignore
const hostile = ['"', '\\', '\\"', '*', '(', ')', ':', 'a:b', 'a OR b', 'AND', '" OR _exists_:user_id OR "', ') OR _exists_:user_id', '[a TO b]', '&&', '||', '!', '-a', '+a', '~', '^2', '/.*/', 'a b', 'x\\', '?', '{', '<1', '😀', '中文字'] // prettier-ignore

let tenant: LocalTenant
let token: string
let people: Person[]
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-auth0-query-'))
  closers.push(() => rm(folder, { recursive: true }))
  const dataFolder = await openDataFolder(join(folder, 'data'))
  closers.push(() => dataFolder.release())
  tenant = await startLocalTenant({
    dataFolder,
    port: 0,
    databaseUrl: await testDatabase({ name: 'tenant', prepare: migrateTenant }),
    applicationUrls: ['http://localhost:8000/'],
    demoUsers: 30,
    logger: createLogger({ level: 'silent' }),
    onProgress: () => undefined,
  })
  closers.push(() => tenant.close())
  const { clientId, clientSecret } = tenant.credentials.m2m
  const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience: `${tenant.url}/api/v2/` } // prettier-ignore
  token = ((await ask('POST', '/oauth/token', body)) as { access_token: string }).access_token
  const connection = 'Username-Password-Authentication'
  const made = [
    { email: 'Ada.Lovelace@example.com', name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', blocked: true, email_verified: true, app_metadata: { plan: 'gold', level: 5, tags: ['a', 'b'], on: true }, user_metadata: { color: 'red' } }, // prettier-ignore
    { email: 'bob@mail.example.org', name: 'Bob (the "Builder")', nickname: 'bo', app_metadata: { plan: 'Gold', level: '5' }, user_metadata: { color: 'a b', size: 7 } }, // prettier-ignore
    ...hostile.map((text, index) => ({
      email: `hostile${index}@example.com`,
      name: `x${text}x`,
      nickname: text,
      app_metadata: { plan: text, 'odd key:(*)': 'yes' },
    })),
  ]
  for (const user of made) {
    await ask('POST', '/api/v2/users', { ...user, connection, password: 'Correct-Horse-1!' })
  }
  people = (await find('')).map(toPerson)
}, 120_000)
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(tenant.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  return answer
}

const find = async (q: string) =>
  (await ask('GET', `/api/v2/users?per_page=100${q && `&q=${encodeURIComponent(q)}`}`)) as Record<string, unknown>[]

function toPerson(user: Record<string, unknown>): Person {
  const text = (field: string) => (user[field] as string | undefined) ?? null
  const moment = (field: string) => (text(field) === null ? null : new Date(text(field) ?? 0))
  const identities = user.identities as Person['identities']
  return somebody({
    user_id: user.user_id as string,
    email: text('email'),
    email_verified: user.email_verified === true,
    name: text('name'),
    nickname: text('nickname'),
    username: text('username'),
    given_name: text('given_name'),
    family_name: text('family_name'),
    phone_number: text('phone_number'),
    phone_verified: user.phone_verified === true,
    connection: identities[0]?.connection ?? null,
    blocked: user.blocked === true,
    created_at: moment('created_at') ?? now,
    updated_at: moment('updated_at') ?? now,
    last_login: moment('last_login'),
    last_ip: text('last_ip'),
    logins_count: (user.logins_count as number | undefined) ?? 0,
    identities,
    user_metadata: user.user_metadata ?? {},
    app_metadata: user.app_metadata ?? {},
  })
}

const expected = (filter: UserFilter) => people.filter((person) => holds(filter, person, world)).map((person) => person.user_id).sort() // prettier-ignore
const found = async (filter: UserFilter) =>
  (await find(printAuth0Query(filter, now))).map((user) => user.user_id).sort()

test.each([
  '', '*', 'NOT *', 'ada', 'LOVELACE', '"Ada Love"', '-ada', 'ada OR bob', 'ada lovelace', 'example.com', 'name:"ada lovelace"', 'name:ada*', 'name:*lace',
  'name:*ada*l*', 'email:ADA.lovelace@example.com', 'email:*@mail.example.org', 'email.domain:example.com', 'nickname:bo', 'given_name:(ada OR bob)', 'blocked:true', 'blocked:false', '-blocked:true',
  'verified:true', 'verified:false', 'blocked:true OR -verified:true', '-(blocked:true OR verified:true)', 'has:given_name', '-has:given_name', 'has:blocked', 'has:logins', 'last_login:never', '-last_login:never',
  'logins:0', 'logins:>0', 'logins:<5', 'logins:[0 TO 3}', 'logins:{0 TO 3]', 'logins:>=2.5', 'logins:2.5', 'logins:<99999999999', 'logins:>99999999999', 'logins:<-1', 'created:>now-99y', 'created:<now-99y', 'last_login:>now-30d', 'created_at:<2100', 'last_login:[2020 TO 2024-06}', 'last_login:2024-06-15', 'last_login:>2024-06',
  'connection:Username-Password-Authentication', 'identities.provider:auth0', '-identities.provider:auth0', 'has:identities.provider', 'app_metadata.plan:gold', 'app_metadata.plan:"gold"', '-app_metadata.plan:gold', 'app_metadata.level:5', 'app_metadata.level:"5"', 'app_metadata.level:>4', 'app_metadata.tags:b', 'app_metadata.on:true',
  'app_metadata.plan:go*', 'has:app_metadata.plan', 'has:app_metadata', '-has:user_metadata.color', 'user_metadata.color:red', 'user_metadata.color:"a b"', 'user_metadata.size:7', String.raw`app_metadata.odd\ key\:\(\*\):yes`, 'name:[a TO b}', 'user_id:auth0*',
])('%s finds in the tenant whom it says', async (written) => {
  const filter = parseUserFilter(written)
  expect(await found(filter), printAuth0Query(filter, now)).toEqual(expected(filter))
}) // prettier-ignore

test.each(hostile)('%j is only ever text to the tenant', async (text) => {
  const filters: UserFilter[] = [
    { kind: 'match', field: 'nickname', pieces: [text] },
    { kind: 'match', field: 'name', pieces: ['x', `${text}x`] },
    { kind: 'match', field: 'name', pieces: ['', `x${text}x`] },
    { kind: 'match', field: 'app_metadata.plan', pieces: [text] },
    { kind: 'text', text: `x${text}x` },
    { kind: 'not', of: { kind: 'text', text: `x${text}x` } },
  ]
  for (const filter of filters.filter(
    (one) => one.kind !== 'match' || one.pieces[1] !== `x${text}x` || [...text].length > 0,
  )) {
    const wanted = expected(filter)
    expect(wanted.length).toBeGreaterThan(0)
    expect(await found(filter), printAuth0Query(filter, now)).toEqual(wanted)
  }
})

test('an id is looked for when a bar is in the text', async () => {
  const { user_id } = people[3] ?? { user_id: '' }
  expect(await found({ kind: 'text', text: user_id })).toEqual([user_id])
})

test.each([
  ['role:admin', 'role'],
  ['has:role', 'role'],
  ['tag:vip', 'tag'],
  ['has:tag', 'tag'],
  ['note:refund', 'note'],
  ['organization:"Big Co"', 'an organization by its name'],
  ['mfa:true', 'mfa'],
  ['duplicate:true', 'email_shared'],
  ['email_used_elsewhere:true', 'email_used_elsewhere'],
  ['scheduled:true', 'deletion_scheduled'],
  ['signed_in_on:2025', 'signed_in_on'],
  ['-failed_on:never', 'failed_on'],
  ['user_metadata.color:r*', 'a * in user_metadata'],
  ['ada (user_metadata.size:>5 OR bob)', 'a range of user_metadata'],
  ['name:*ab', 'a * before fewer than 3 characters'],
  [String.raw`app_metadata.a\.b:1`, 'a key of metadata with a dot in it'],
])('%s needs the directory: Auth0 cannot be asked for %s', (written, part) => {
  let refusal: unknown
  try {
    printAuth0Query(parseUserFilter(written), now)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toBeInstanceOf(InvalidInput)
  expect(refusal).toMatchObject({
    code: 'filter-needs-directory',
    message: `The tenant cannot be asked for ${part}. Leave it out, or turn the directory on.`,
  })
})

test.each([
  ['organization:org_1', 'organization_id:"org_1"'],
  ['has:organization', '_exists_:organization_id'],
  ['ad', '(name:ad* OR email:ad* OR nickname:ad* OR username:ad* OR phone_number:ad*)'], // prettier-ignore
  ['created:2025-03', 'created_at:["2025-03-01T00:00:00.000Z" TO "2025-04-01T00:00:00.000Z"}'],
  ['created:>2025-03', 'created_at:["2025-04-01T00:00:00.000Z" TO *]'],
  ['created:<=2025', 'created_at:[* TO "2026-01-01T00:00:00.000Z"}'],
  ['created:>now-30d', 'created_at:["2031-02-03T12:00:00.001Z" TO *]'],
])('%s is asked as %s', (written, query) => {
  expect(printAuth0Query(parseUserFilter(written), now)).toBe(query)
})
