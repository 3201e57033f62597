import { openDatabase, sql } from '@rollcall/database'
import { expect } from 'vitest'
import { actionsOf } from './do-actions.ts'
import { manages, type Manage } from './manage.ts'
import { startStandalone, type TestStandalone, type TestStandaloneOptions } from './start-standalone.ts'

/** A program with somebody at work: what they do by Rollcall's API, and what is to be seen of it in the tenant and in the log. */
export interface Staffed {
  standalone: TestStandalone
  /** Of a program that may do everything. */
  token: string
  manage: Manage
  staff: ReturnType<typeof actionsOf>
  db: ReturnType<typeof openDatabase<object>>
  /** The token of a new program with these permissions and no other. */
  tokenWith(permissions: readonly string[]): Promise<string>
  /** @returns the id of a new user in the database connection */
  signUp(profile?: Record<string, unknown>): Promise<string>
  inTenant(userId: string): Promise<Record<string, unknown>>
  auditOf(userId: string): Promise<Record<string, unknown>[]>
  /** The ids of whom the list shows. */
  listed(filter: string): Promise<string[]>
  /** As a sign-in would leave it. @returns its id */
  openSession(userId: string): Promise<string>
  /** What an application keeps to stay signed in. @returns its id */
  giveRefreshToken(userId: string, sessionId: string): Promise<string>
  subjectsTo(address: string): Promise<string[]>
  close(): Promise<void>
}

export const password = 'Correct-Horse-9-Battery'
export const database = 'Username-Password-Authentication'
export const pathOf = (userId: string) => `/users/${encodeURIComponent(userId)}`

export async function startStaffed(options: TestStandaloneOptions = {}): Promise<Staffed> {
  const standalone = await startStandalone(options)
  const { audience, m2m, spa } = standalone.tenant.credentials
  const token = await standalone.token({ audience, ...m2m })
  const manage = manages(standalone.tenant)
  const db = openDatabase<object>({ url: standalone.databaseUrl, schema: 'rollcall', poolSize: 2 })
  await standalone.directoryFilled(token)
  let made = 0
  return {
    standalone,
    token,
    manage,
    db,
    staff: actionsOf({ url: standalone.url, token }),
    async tokenWith(scope) {
      const application = { name: `Program ${++made}`, app_type: 'non_interactive', grant_types: ['client_credentials'] }
      const { client_id: clientId, client_secret: clientSecret } = (await manage('POST', '/clients', application)).body as Record<'client_id' | 'client_secret', string>
      expect((await manage('POST', '/client-grants', { client_id: clientId, audience, scope })).status).toBe(201)
      return standalone.token({ audience, clientId, clientSecret })
    },
    async signUp(profile = {}) {
      const account = { connection: database, password, email: `person${++made}@example.com`, ...profile }
      const { status, body } = await manage('POST', '/users', account)
      expect([status, body]).toEqual([201, expect.anything()])
      return (body as { user_id: string }).user_id
    },
    inTenant: async (userId) => (await manage('GET', pathOf(userId))).body as Record<string, unknown>,
    async auditOf(userId) {
      const { rows } = await sql<{ entry: Record<string, unknown> }>`SELECT entry FROM audit_log WHERE entry->>'subjectId' = ${userId} ORDER BY seq`.execute(db.db) // prettier-ignore
      return rows.map(({ entry }) => entry)
    },
    async listed(filter) {
      const answer = await standalone.ask(`/api/users?filter=${encodeURIComponent(filter)}`, token)
      return ((await answer.json()) as { users: { userId: string }[] }).users.map(({ userId }) => userId)
    },
    async openSession(userId) {
      const id = `sid_${++made}`
      await sql`INSERT INTO tenant.sessions (session_id, cookie_hash, user_id, authenticated_at, last_interacted_at, idle_expires_at, expires_at)
        VALUES (${id}, sha256(${id}::bytea), ${userId}, now(), now(), now() + interval '1 day', now() + interval '3 days')`.execute(db.db)
      return id
    },
    async giveRefreshToken(userId, sessionId) {
      const id = `rt_${++made}`
      await sql`INSERT INTO tenant.refresh_token_families (id, user_id, client_id, session_id, scope, audience, authenticated_at)
        VALUES (${id}, ${userId}, ${spa.clientId}, ${sessionId}, 'offline_access', ${audience}, now())`.execute(db.db)
      return id
    },
    async subjectsTo(address) {
      const response = await fetch(`${standalone.tenant.url}/mailbox?format=json&to=${address}`)
      return ((await response.json()) as { subject: string }[]).map(({ subject }) => subject)
    },
    async close() {
      await db.close()
      await standalone.close()
    },
  }
} // prettier-ignore
