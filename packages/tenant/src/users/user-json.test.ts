import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '@rollcall/test-kit/random'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { presentUser } from './present-user.ts'
import { userJson } from './user-json.ts'
import { selectUsers } from './users.store.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

test('a user written by PostgreSQL is the user written by us, whatever they have and lack', async () => {
  const { db } = tenant.tenant.context
  const random = createRandom(7)
  const maybe = <Value>(value: Value): Value | null => (random.chance(0.6) ? value : null)
  const at = () => new Date(Date.UTC(2020 + random.below(6), random.below(12), 1 + random.below(28), 1, 2, 3, random.below(1000))) // prettier-ignore
  const metadata = () => JSON.stringify(random.pick([{}, { a: null, b: [1, 'é"\n', { c: false }] }, { plan: 'gold' }]))
  for (let number = 0; number < 200; number += 1) {
    const userId = `auth0|${number}`
    await db
      .insertInto('users')
      .values({
        user_id: userId,
        connection: 'x',
        email: maybe(`user${number}@example.com`),
        email_verified: random.chance(0.5),
        username: maybe('ada'),
        phone_number: maybe('+15550001'),
        phone_verified: maybe(random.chance(0.5)),
        name: maybe('Ada "the" Countess'),
        nickname: maybe('a\\b'),
        given_name: maybe('Ada'),
        family_name: maybe('中文'),
        picture: random.pick([null, '/avatars/ab.svg?c=1', 'https://example.com/p.png']),
        blocked: maybe(random.chance(0.5)),
        user_metadata: maybe(metadata()),
        app_metadata: maybe(metadata()),
        created_at: at(),
        updated_at: at(),
        last_login: maybe(at()),
        last_ip: maybe('203.0.113.9'),
        logins_count: random.below(3),
        last_password_reset: maybe(at()),
        multifactor: maybe(['guardian']),
        multifactor_last_modified: maybe(at()),
      })
      .execute()
    const identities = 1 + random.below(2)
    for (let position = 0; position < identities; position += 1) {
      await db
        .insertInto('identities')
        .values({
          provider: position === 0 ? 'auth0' : 'github',
          identity_id: String(number),
          user_id: userId,
          position,
          connection: 'x',
          is_social: position > 0,
          profile_data: maybe(JSON.stringify({ name: 'x', n: null })),
        }) // prettier-ignore
        .execute()
    }
  }
  await expectInStep()
})

test('what is written of a user follows them and their identities, also when both are changed at once', async () => {
  const { db } = tenant.tenant.context
  const ofUser = (userId: string) => ({ user_id: userId, provider: 'github', identity_id: `new ${userId}`, connection: 'x', position: 5 }) // prettier-ignore
  await db.updateTable('users').set({ name: 'Grace', app_metadata: '{"plan":"pro"}' }).where('user_id', '=', 'auth0|1').execute() // prettier-ignore
  await db.insertInto('identities').values(ofUser('auth0|2')).execute()
  await db.updateTable('identities').set({ user_id: 'auth0|3', position: 6 }).where('identity_id', '=', 'new auth0|2').execute() // prettier-ignore
  await db.deleteFrom('identities').where('user_id', '=', 'auth0|4').where('position', '=', 1).execute()
  await db.deleteFrom('users').where('user_id', '=', 'auth0|5').execute()
  const updating = await db.startTransaction().execute()
  await updating.updateTable('users').set({ name: 'Edsger' }).where('user_id', '=', 'auth0|6').execute()
  const inserted = db.insertInto('identities').values(ofUser('auth0|6')).execute()
  await waitForLock()
  await updating.commit().execute()
  await inserted
  await expectInStep()
})

/** Until somebody waits for what somebody else has locked. */
async function waitForLock(): Promise<void> {
  const { db } = tenant.tenant.context
  await expect
    .poll(
      async () =>
        (
          await sql`SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) OR NOT granted AND locktype = 'transactionid'`.execute(
            db,
          )
        ).rows.length,
    ) // prettier-ignore
    .toBeGreaterThan(0)
}

async function expectInStep(): Promise<void> {
  const { db } = tenant.tenant.context
  const origin = tenant.http
  const written = await sql<{ user: string }>`SELECT ${userJson(origin)} AS user FROM user_json j ORDER BY user_id`.execute(db) // prettier-ignore
  const users = await selectUsers(db, sql`SELECT user_id, row_number() OVER (ORDER BY user_id) AS place FROM users`)
  expect(users.length).toBeGreaterThan(190)
  expect(written.rows.length).toBe(users.length)
  for (const [index, user] of users.entries()) {
    expect(JSON.parse(written.rows[index]?.user ?? '')).toEqual(JSON.parse(JSON.stringify(presentUser(user, origin))))
  }
}
