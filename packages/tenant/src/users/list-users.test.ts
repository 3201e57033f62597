import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedUsers } from '../demo/seed-users.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

interface User {
  user_id: string
  email?: string
  name?: string
  nickname?: string
  blocked?: boolean
  email_verified?: boolean
  created_at: string
  last_login?: string
  logins_count?: number
  identities: { connection: string; provider: string }[]
  app_metadata?: { plan?: string; crm_id?: string }
  user_metadata?: { newsletter?: boolean; locale?: string }
}

let tenant: TestTenant
let everyone: User[] = []
beforeAll(async () => {
  tenant = await startTestTenant()
  await seedUsers({
    databaseUrl: tenant.databaseUrl,
    users: 700,
    now: new Date('2026-11-01T12:00:00Z'),
  })
  for (let page = 0; page * 100 < 701; page += 1)
    everyone = everyone.concat(await list({ page: String(page), per_page: '100' }))
})
afterAll(() => tenant.close())

async function list(query: Record<string, string>): Promise<User[]> {
  const { status, body } = await tenant.api('GET', `/users?${new URLSearchParams(query).toString()}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body as User[]
}

async function search(q: string): Promise<{ ids: string[]; total: number }> {
  const ids: string[] = []
  for (let page = 0; ; page += 1) {
    const query = new URLSearchParams({ q, include_totals: 'true', per_page: '100', page: String(page) })
    const { status, body } = await tenant.api('GET', `/users?${query.toString()}`)
    expect(status, JSON.stringify(body)).toBe(200)
    const { users, total } = body as { users: User[]; total: number }
    ids.push(...users.map((user) => user.user_id))
    if (users.length < 100) return { ids, total }
  }
}

test('the pages hold everybody once, newest first', () => {
  expect(new Set(everyone.map((user) => user.user_id)).size).toBe(701)
  const moments = everyone.map((user) => user.created_at)
  expect(moments).toEqual([...moments].sort().reverse())
})

test('the total is exact, and follows each creation and deletion', async () => {
  const totalOf = async () =>
    ((await tenant.api('GET', '/users?include_totals=true&per_page=0')).body as { total: number }).total
  expect(await totalOf()).toBe(701)
  const { body } = await tenant.api('POST', '/users', {
    connection: 'Username-Password-Authentication',
    email: 'one@example.com',
    password: 'long enough',
  })
  expect(await totalOf()).toBe(702)
  await tenant.api('DELETE', `/users/${encodeURIComponent((body as User).user_id)}`)
  expect(await totalOf()).toBe(701)
})

const lower = (text: string | undefined) => text?.toLowerCase()
const contains = (user: User, text: string) =>
  [user.email, user.name, user.nickname].some((field) => lower(field)?.includes(text))

/** What each query means, said a second time in plain code. */
const meanings: [string, (user: User) => boolean][] = [
  ['name:*smith*', (user) => lower(user.name)?.includes('smith') ?? false],
  ['email:*@example.org', (user) => user.email?.endsWith('@example.org') ?? false],
  ['email.domain:"example.net"', (user) => user.email?.split('@')[1] === 'example.net'],
  ['name:emma*', (user) => lower(user.name)?.startsWith('emma') ?? false],
  ['email:*MÜLLER* OR name:*MÜLLER*', (user) => lower(user.name)?.includes('müller') ?? false],
  ['blocked:true', (user) => user.blocked === true],
  ['NOT blocked:true AND email_verified:false', (user) => user.blocked !== true && user.email_verified !== true],
  ['app_metadata.plan:"pro"', (user) => user.app_metadata?.plan === 'pro'],
  [
    'app_metadata.plan:(pro OR team) AND user_metadata.newsletter:true',
    (user) => ['pro', 'team'].includes(user.app_metadata?.plan ?? '') && user.user_metadata?.newsletter === true,
  ],
  ['identities.connection:"github"', (user) => user.identities.some(({ connection }) => connection === 'github')],
  ['_exists_:last_login', (user) => user.last_login !== undefined],
  ['NOT _exists_:email', (user) => user.email === undefined],
  ['logins_count:[100 TO 300}', (user) => (user.logins_count ?? 0) >= 100 && (user.logins_count ?? 0) < 300],
  ['logins_count:[2.5 TO *]', (user) => (user.logins_count ?? 0) >= 2.5],
  ['logins_count:[* TO 99999999999]', () => true],
  ['logins_count:2.5 OR logins_count:99999999999', () => false],
  [
    'created_at:[2026-01-01 TO 2026-06-30]',
    (user) => user.created_at >= '2026-01-01' && user.created_at < '2026-07-01',
  ],
  ['last_login:[* TO 2025-12-31] ', (user) => user.last_login !== undefined && user.last_login < '2026-01-01'],
  [
    'email:*ann* OR name:*ann* OR nickname:*ann* OR username:*ann* OR phone_number:*ann*',
    (user) => contains(user, 'ann'),
  ],
  ['smith -blocked:true', (user) => contains(user, 'smith') && user.blocked !== true],
  ['name:"%"', () => false],
  ['name:*_*', (user) => user.name?.includes('_') ?? false],
  ['email:nobody@nowhere.example', () => false],
]
test.each(meanings)('q=%s finds whom it means, and nobody else', async (q, isMeant) => {
  const wanted = everyone.filter(isMeant).map((user) => user.user_id)
  const { ids, total } = await search(q)
  expect(ids.sort()).toEqual(wanted.sort())
  expect(total).toBe(wanted.length)
})

test('a search for each of many fragments finds exactly those who hold it', async () => {
  const fragments = everyone.slice(0, 25).map((user) => lower(user.name)?.slice(1, 5) ?? '')
  for (const fragment of fragments.filter((text) => text.trim().length >= 3 && !/\s/.test(text))) {
    const q = ['email', 'name', 'nickname', 'username', 'phone_number']
      .map((field) => `${field}:*${fragment}*`)
      .join(' OR ')
    const wanted = everyone.filter((user) => contains(user, fragment)).map((user) => user.user_id)
    expect((await search(q)).ids.sort(), fragment).toEqual(wanted.sort())
  }
})

test.each([
  ['created_at:1', (user: User) => user.created_at, 1],
  ['last_login:-1', (user: User) => user.last_login ?? '', -1],
  ['logins_count:-1', (user: User) => user.logins_count ?? 0, -1],
  ['email:1', (user: User) => user.email ?? '\uffff', 1],
] satisfies [string, (user: User) => string | number, number][])(
  'sort=%s',
  async (sort, key: (user: User) => string | number, direction) => {
    const first = await list({ sort, per_page: '50' })
    const keys = first.map(key)
    const sorted = [...keys].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0) * direction)
    expect(keys).toEqual(sorted)
  },
)

test('fields picks, and fields with include_fields=false leaves out', async () => {
  const [only] = await list({ fields: 'user_id,name', per_page: '1', sort: 'created_at:1' })
  expect(Object.keys(only ?? {}).sort()).toEqual(['name', 'user_id'])
  const [without] = await list({ fields: 'identities', include_fields: 'false', per_page: '1' })
  expect(without).not.toHaveProperty('identities')
})

test('a second run of the seed adds what is missing and no more', async () => {
  const options = { databaseUrl: tenant.databaseUrl, now: new Date() }
  expect(await seedUsers({ ...options, users: 700 })).toBe(0)
  expect(await seedUsers({ ...options, users: 720 })).toBe(20)
})
