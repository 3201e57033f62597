import {
  Activity,
  Breakdown,
  breakdowns,
  Change,
  FieldValues,
  MetadataPaths,
  UserCount,
  UserPage,
} from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { openStore, type Store } from '@rollcall/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/** What only a copy can answer, and what is answered where there is none. */
let copying: TestStandalone
let live: TestStandalone
let manager: string
let liveManager: string
let store: Store
beforeAll(async () => {
  copying = await startStandalone({ demoUsers: 400 })
  live = await startStandalone({ demoUsers: 60, directory: 'live' })
  const managerOf = ({ tenant, token }: TestStandalone) => token({ audience: tenant.credentials.audience, ...tenant.credentials.m2m }) // prettier-ignore
  manager = await managerOf(copying)
  liveManager = await managerOf(live)
  await copying.directoryFilled(manager)
  store = await openStore(copying.databaseUrl)
})
afterAll(async () => {
  await store.close()
  await copying.close()
  await live.close()
})

const ask = async (path: string) => {
  const response = await copying.ask(`/api/${path}`, manager)
  expect([path, response.status]).toEqual([path, 200])
  return response
}
const countOf = async (filter: string) =>
  UserCount.parse(await (await ask(`users/count?filter=${encodeURIComponent(filter)}`)).json()).users

async function compareGroups(by: string, filter: string) {
  const { groups } = Breakdown.parse(await (await ask(`users/breakdown?by=${by}&filter=${filter}`)).json())
  expect(groups.length).toBeGreaterThan(0)
  for (const group of groups.slice(0, 8)) {
    // What was signed in to a moment ago may pass from one span of time to the next between the two questions.
    const found = await countOf(group.filter)
    if (by === 'last_seen') expect(Math.abs(found - group.users), group.filter).toBeLessThanOrEqual(2)
    else expect([group.filter, found]).toEqual([group.filter, group.users])
  }
}

test.each(breakdowns)('each group by %s has a filter that finds just its users', async (by) => {
  for (const filter of ['', 'blocked:false']) await compareGroups(by, filter)
})

test('every day of the last ninety is there, and their sign-ups are the users created on them', async () => {
  const { days } = Activity.parse(await (await ask('activity?days=90')).json())
  expect(days).toHaveLength(90)
  expect(days.at(-1)?.day).toBe(new Date().toISOString().slice(0, 10))
  const signUps = days.reduce((sum, day) => sum + day.signUps, 0)
  expect(signUps).toBe(await countOf(`created_at:[${days[0]?.day} TO ${days.at(-1)?.day}]`))
})

test('fields are offered with the values users have, and metadata with its paths', async () => {
  const valuesOf = async (field: string) =>
    FieldValues.parse(await (await ask(`users/field-values?field=${field}`)).json()).values
  for (const { value, users } of (await valuesOf('connection')).slice(0, 3)) {
    expect(users).toBe(await countOf(`connection:"${value}"`))
  }
  expect((await valuesOf('blocked')).map(({ value }) => value)).toEqual(['true', 'false'])
  const { paths } = MetadataPaths.parse(await (await ask('users/metadata-paths')).json())
  const [first] = paths
  expect(first?.path).toMatch(/^(app|user)_metadata\../)
  expect((await valuesOf(first?.path ?? '')).length).toBeGreaterThan(0)
  const plan = paths.find(({ path }) => path === 'app_metadata.plan')
  expect(plan?.types).toEqual([{ type: 'string', users: plan?.users }])
})

test('a page comes without its count where that was asked for, and a count stops where it was told to', async () => {
  const pageOf = async (query: string) => UserPage.parse(await (await ask(`users?limit=5&${query}`)).json())
  const total = await countOf('blocked:false')
  expect((await pageOf('filter=blocked:false')).count).toEqual({ users: total, isExact: true })
  expect((await pageOf('filter=blocked:false&count=none')).count).toBeNull()
  expect((await pageOf('count=none')).count).toEqual({ users: await countOf(''), isExact: true })
  const counted = async (most: number) => (await ask(`users/count?filter=blocked:false&most=${most}`)).json()
  expect([await counted(3), await counted(total)]).toEqual([
    { users: 3, isExact: false },
    { users: total, isExact: true },
  ])
})

test('an export holds everybody once, in each format, and says how many before', async () => {
  const total = await countOf('')
  const columns = 'user_id,name,email,roles,created_at'
  const idsOf = async (format: string, read: (text: string) => { user_id: string }[]) => {
    const response = await ask(`users/export?sort=-created_at&format=${format}&columns=${columns}`)
    expect(response.headers.get('x-total-count')).toBe(String(total))
    return read(await response.text()).map((row) => row.user_id)
  }
  const ndjson = await idsOf('ndjson', (text) => text.trimEnd().split('\n').map((line) => JSON.parse(line))) // prettier-ignore
  const json = await idsOf('json', (text) => JSON.parse(text))
  const csv = await idsOf('csv', (text) => {
    const [head, ...lines] = text.trimEnd().split('\n')
    expect(head).toBe(columns)
    return lines.map((line) => ({ user_id: line.split(',')[0] ?? '' }))
  })
  expect(new Set(ndjson).size).toBe(total)
  expect([json, csv]).toEqual([ndjson, ndjson])
  expect(await (await ask('users/export?format=json&filter=name:"nobody is called this"')).json()).toEqual([])
})

test('of some is exported what is exported of them among everybody', async () => {
  type Row = Record<'user_id', string> & Record<'roles' | 'organizations', string[]>
  const rowsOf = async (filter: string) => (await (await ask(`users/export?sort=name&format=json&filter=${encodeURIComponent(filter)}`)).json()) as Row[] // prettier-ignore
  const everybody = await rowsOf('')
  expect(everybody.some(({ roles }) => roles.length > 0)).toBe(true)
  expect(everybody.some(({ organizations }) => organizations.length > 1)).toBe(true)
  expect(await rowsOf('user_id:*')).toEqual(everybody)
})

test('no cell of a CSV is a formula, and no export holds a token', async () => {
  await sql`UPDATE users SET name = '=HYPERLINK("https://evil.example")', nickname = '@SUM(1)'
    WHERE user_id = (SELECT user_id FROM users ORDER BY created_at LIMIT 1)`.execute(store.db)
  const text = await (await ask('users/export?sort=created_at&columns=name,nickname')).text()
  expect(text.split('\n')[1]).toBe(`"'=HYPERLINK(""https://evil.example"")",'@SUM(1)`)
  expect(await (await ask('users/export?format=ndjson')).text()).not.toMatch(/access_token|refresh_token|password"/)
})

test('the cells of a CSV are what the JSON of the same export holds', async () => {
  const texts = ['', 'tab\tline\nreturn\r', 'back\\slash \\N', 'a "b", c', 'Zoë 中文 😀', '\u0001', '+1', '\t', '-', "'", '@a', 'A', 'é=1'] // prettier-ignore
  const values = [5, -5, 'null', null, '', '=1', 'a"b', { a: [1] }, ['x'], true, 'é, "ü"']
  const { rows } = await sql<{
    user_id: string
  }>`SELECT user_id FROM users ORDER BY user_id LIMIT ${texts.length}`.execute(store.db)
  for (const [place, { user_id: userId }] of rows.entries()) {
    const metadata = JSON.stringify({ né: values[place % values.length], text: texts[place] })
    await sql`UPDATE users SET name = ${texts[place]}, app_metadata = ${metadata}::jsonb, last_login = ${['2026-01-02T03:04:05.120Z', '2026-01-02T03:04:05Z', null][place % 3]}::timestamptz
      WHERE user_id = ${userId}`.execute(store.db)
  }
  await sql`INSERT INTO user_tags (user_id, tag, tag_key) SELECT ${rows[0]?.user_id}, tag, tag FROM unnest(ARRAY['=one', 'two, "three"']) tag`.execute(
    store.db,
  )
  const chosen = ['user_id', 'roles', 'organizations', 'tags', 'last_login', 'app_metadata.né', 'app_metadata.text']
  for (const [filter, columns] of [
    ['', undefined],
    ['', chosen],
    ['user_id:*', chosen],
  ] as const) {
    const which = columns ? `&columns=${encodeURIComponent(columns.join())}` : ''
    const asked = `users/export?sort=user_id&filter=${filter}${which}`
    const users = (await (await ask(`${asked}&format=json`)).json()) as Record<string, unknown>[]
    expect(users.length).toBeGreaterThan(300)
    expect(users.some(({ tags }) => (tags as string[]).length === 2)).toBe(true)
    const [head = [], ...cells] = readCsv(await (await ask(`${asked}&format=csv`)).text())
    expect(head).toEqual(Object.keys(users[0] ?? {}))
    expect(head).toEqual(columns ?? head)
    // PostgreSQL writes JSON with blanks.
    const isJson = (cell: string | null) => cell !== null && /^[[{]/.test(cell)
    const compact = cells.map((row) =>
      row.map((cell) => (isJson(cell) ? JSON.stringify(JSON.parse(String(cell))) : cell)),
    )
    expect(compact).toEqual(users.map((user) => head.map((name) => cellOf(String(name), user[String(name)]))))
  }

  /** As docs say that a cell is. */
  function cellOf(name: string, value: unknown): string | null {
    if (value === null) return null
    if (typeof value === 'boolean' && !name.includes('.')) return value ? 't' : 'f'
    const names = ['roles', 'organizations', 'tags'].includes(name) ? (value as string[]) : undefined
    if (names?.length === 0) return null
    const text = names?.join('; ') ?? (typeof value === 'string' ? value : JSON.stringify(value))
    return /^[=+@\t\r-]/.test(text) ? `'${text}` : text
  }
})

/** null: no text, which is another thing than one without characters. */
function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    const cell = quoted === undefined ? (plain === '' ? null : plain) : quoted.replaceAll('""', '"')
    rows.at(-1)?.push(cell ?? null)
    if (end === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

test('what one deletes is told to whoever follows the changes', async () => {
  const stream = await ask('changes')
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const page = UserPage.parse(await (await ask('users?limit=1&sort=created_at&filter=mfa:false')).json())
  const userId = page.users[0]?.userId ?? ''
  expect((await copying.ask(`/api/users/${encodeURIComponent(userId)}`, manager, 'DELETE')).status).toBe(204)
  let heard = ''
  const decoder = new TextDecoder()
  for await (const chunk of stream.body ?? []) {
    heard += decoder.decode(chunk as Uint8Array, { stream: true })
    if (heard.includes(userId)) break
  }
  const events = heard.split('\n').filter((line) => line.startsWith('data: ')).map((line) => Change.parse(JSON.parse(line.slice(6)))) // prettier-ignore
  expect(events.some((event) => event.kind === 'users' && event.userIds.includes(userId))).toBe(true)
  const refreshed = await ask(`users/refresh?userIds=${encodeURIComponent(userId)}`)
  expect(await refreshed.json()).toEqual({ users: [] })
})

test('without a copy the tenant is asked, and what it cannot answer is refused by name', async () => {
  const page = UserPage.parse(
    await (await live.ask('/api/users?limit=20&filter=connection:github', liveManager)).json(),
  )
  expect(page.freshness.source).toBe('tenant')
  const second = await live.ask(`/api/users?limit=20&after=${UserPage.parse(await (await live.ask('/api/users?limit=20', liveManager)).json()).next}`, liveManager) // prettier-ignore
  expect(UserPage.parse(await second.json()).users).toHaveLength(20)
  const refusals = {
    'users?filter=role:Staff': [400, 'filter-needs-directory'],
    'users?sort=mfa': [400, 'sort-needs-directory'],
    'users/export': [409, 'directory-needed'],
    'users/breakdown?by=mfa': [409, 'directory-needed'],
  }
  for (const [path, [status, code]] of Object.entries(refusals)) {
    const response = await live.ask(`/api/${path}`, liveManager)
    expect([path, response.status, await response.json()]).toMatchObject([path, status, { code }])
  }
  expect(await (await live.ask('/api/directory', liveManager)).json()).toMatchObject({ state: 'off' })
})

test('whoever is to be deleted is in no group', async () => {
  const staff = actionsOf({ url: copying.url, token: manager })
  const filter = '_exists_:role _exists_:organization'
  const { users } = UserPage.parse(await (await ask(`users?limit=3&filter=${encodeURIComponent(filter)}`)).json())
  const [everybody, members] = [await countOf(''), await countOf(filter)]
  for (const { userId } of users) await staff.perform(userId, 'user.schedule-deletion')
  expect([await countOf(''), await countOf(filter)]).toEqual([everybody - 3, members - 3])
  for (const by of breakdowns) await compareGroups(by, '')
})
