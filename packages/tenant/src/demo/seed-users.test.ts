import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { seedUsers } from './seed-users.ts'

let tenant: TestTenant
const many = 2000
beforeAll(async () => {
  tenant = await startTestTenant()
  expect(await seedUsers({ databaseUrl: tenant.databaseUrl, users: many, now: new Date() })).toBe(many)
})
afterAll(() => tenant.close())

const share = async (q: string) => {
  const { body } = await tenant.api('GET', `/users?include_totals=true&per_page=0&q=${encodeURIComponent(q)}`)
  return (body as { total: number }).total / many
}

test('a share of them has what a dashboard has to show: blocks, factors, plans, tags, nested preferences', async () => {
  const { db } = tenant.tenant.context
  const withFactor = await db.selectFrom('users').select('user_id').where('multifactor', 'is not', null).execute()
  const shares = {
    blocked: await share('blocked:true'),
    seats: await share('_exists_:app_metadata.seats'),
    tags: await share('app_metadata.tags:vip'),
    preferences: await share('_exists_:user_metadata.preferences.notifications.sms'),
    factor: withFactor.length / many,
  }
  const about = (wanted: number) => expect.toSatisfy((is: number) => is > wanted * 0.7 && is < wanted * 1.3) as unknown
  expect(shares).toEqual({ blocked: about(0.04), seats: about(0.25), tags: about(0.08), preferences: about(0.3), factor: about(0.06) }) // prettier-ignore
  const { body } = await tenant.api('GET', `/users/${encodeURIComponent(withFactor[0]?.user_id ?? '')}/authentication-methods`) // prettier-ignore
  expect(body).toMatchObject([{ type: 'phone', confirmed: true }])
})

test('some have two accounts with one address, some have a linked account', async () => {
  const { db } = tenant.tenant.context
  const twins = await db
    .selectFrom('users')
    .select('email')
    .where('email', 'is not', null)
    .groupBy('email')
    .having(({ fn }) => fn.count('connection').distinct(), '>', 1)
    .execute()
  expect(twins.length).toBeGreaterThan(many / 100)
  const { body } = await tenant.api('GET', `/users-by-email?email=${twins[0]?.email ?? ''}`)
  expect(body).toHaveLength(2)
  const linked = await db.selectFrom('identities').select('user_id').where('position', '=', 1).executeTakeFirstOrThrow()
  const { body: user } = await tenant.api('GET', `/users/${encodeURIComponent(linked.user_id)}`)
  expect(user).toMatchObject({ identities: [{ provider: 'auth0' }, { provider: 'google-oauth2', profileData: { email_verified: true } }] }) // prettier-ignore
})

test('roles and organizations have members', async () => {
  const { body: roles } = await tenant.api('GET', '/roles?name_filter=Editor')
  const { body: holders } = await tenant.api('GET', `/roles/${(roles as { id: string }[])[0]?.id ?? ''}/users?per_page=100`) // prettier-ignore
  expect((holders as unknown[]).length).toBeGreaterThan(30)
  const { body: organization } = await tenant.api('GET', '/organizations/name/cafe-lumiere')
  const { body: members } = await tenant.api('GET', `/organizations/${(organization as { id: string }).id}/members`)
  expect(organization).toMatchObject({ display_name: 'Café Lumière' })
  expect((members as unknown[]).length).toBeGreaterThan(20)
})

test('the last thirty days are in the log, behind whoever reads on', async () => {
  const { body } = await tenant.api('GET', '/stats/daily')
  expect((body as unknown[]).length).toBeGreaterThan(25)
  const { db } = tenant.tenant.context
  const { count } = await db.selectFrom('logs').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow() // prettier-ignore
  expect(count).toBeGreaterThan(many / 4)
  expect(count).toBeLessThan(20_100)
  const announced = await db.selectFrom('logs').select('log_id').where('type', '=', 'wum').executeTakeFirstOrThrow()
  const { rows } = await sql`SELECT 1 FROM logs WHERE user_id ~ '5eed0000' AND log_id > ${announced.log_id}`.execute(db)
  expect(rows).toEqual([])
})

test('a second run goes on where the first one ended, whatever account the last user has', async () => {
  for (const users of [many + 1, many + 2, many + 40, many + 40]) {
    await seedUsers({ databaseUrl: tenant.databaseUrl, users, now: new Date() })
    const rows = await tenant.tenant.context.db.selectFrom('users').select('user_id').where('user_id', 'like', '%5eed0000%').execute() // prettier-ignore
    expect(rows).toHaveLength(users)
  }
})
