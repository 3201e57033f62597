import { parseUserFilter } from '@rollcall/contracts/user-filter'
import { sql, type Database } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileFilter } from '../users/search/compile-filter.ts'
import { openPeople } from '../users/search/testing/open-people.ts'
import { somebody, type Person } from '../users/search/testing/person.ts'
import { createCleanUp } from './create-clean-up.ts'

const now = new Date('2026-03-31T12:00:00.000Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)

/** Somebody whom nothing is the matter with, but for what is said. */
const person = (name: string, changes: Partial<Person>): Person =>
  somebody({
    user_id: `auth0|${name}`,
    email: `${name}@company.example`,
    email_verified: true,
    name,
    connection: 'Users',
    created_at: daysAgo(700),
    updated_at: daysAgo(2),
    last_login: daysAgo(2),
    logins_count: 3,
    ...changes,
  })
const fresh = { created_at: daysAgo(3), last_login: null, logins_count: 0 }

const people = [
  person('regular', {}),
  person('never-came', { ...fresh, created_at: daysAgo(40) }),
  person('just-signed-up', { ...fresh, email_verified: false }),
  person('unverified', { created_at: daysAgo(40), email_verified: false }),
  person('by-telephone', { created_at: daysAgo(40), email: null, email_verified: false }),
  person('unseen', { last_login: daysAgo(400) }),
  person('used', { email: 'two@company.example' }),
  person('unused', { ...fresh, email: 'Two@company.example' }),
  person('twin', { ...fresh, email: 'twins@company.example' }),
  person('other-twin', { ...fresh, email: 'twins@company.example' }),
  person('blocked-long-ago', { blocked: true, updated_at: daysAgo(200), last_login: daysAgo(210) }),
  person('blocked-lately', { blocked: true, updated_at: daysAgo(10), last_login: daysAgo(400), email_verified: false }),
  person('thrown-away', { email: 'x@Mailinator.com' }),
  person('thrown-away-and-blocked', { email: 'y@mailinator.com', blocked: true }),
  person('below-it', { email: 'x@mail.mailinator.com' }),
]

let database: Database<Record<string, Record<string, unknown>>>
beforeAll(async () => {
  database = await openPeople(people)
})
afterAll(() => database.close())

test('each segment finds whom it is about, and nobody else', async () => {
  const found: Record<string, string[]> = {}
  for (const { name, filter } of createCleanUp().segments) {
    const condition = compileFilter(parseUserFilter(filter), { now })
    const { rows } = await sql<{ name: string }>`SELECT u.name FROM users u JOIN user_search s USING (user_id) WHERE ${condition} ORDER BY 1`.execute(database.db) // prettier-ignore
    found[name] = rows.map((row) => row.name)
  }
  expect(found).toEqual({
    'never-signed-in': ['never-came'],
    unverified: ['unverified'],
    'not-seen': ['unseen'],
    duplicates: ['unused'],
    blocked: ['blocked-long-ago'],
    disposable: ['thrown-away'],
  })
})

test('without domains there is no segment of them', () => {
  expect(createCleanUp({ only: [] }).segments.map(({ name }) => name)).not.toContain('disposable')
  expect(() => createCleanUp({ more: ['x'] })).toThrow(/more\[0\]: Expected a domain/)
})
