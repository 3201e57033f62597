import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, authorizeUrl, eventsOf, exchangeCode, refresh } from '../testing/browser.ts'
import { makeUser, post } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { sweep } from './sweep.ts'

let tenant: TestTenant
let clock = Date.now()
beforeAll(async () => {
  tenant = await startTestTenant(undefined, () => new Date(clock))
})
afterAll(() => tenant.close())

interface Entry {
  type: string
  client_id: string
  ip: string
}
const entries = async (query: string) => {
  await tenant.tenant.context.logs.flush()
  return (await tenant.api('GET', `/logs?sort=date:1&q=${encodeURIComponent(query)}`)).body as Entry[]
}

test('a person’s way through sign-in, tokens and sign-out is in the log as Auth0 would have it', async () => {
  const user = await makeUser(tenant)
  const visitor = new TestBrowser(tenant.http)
  await visitor.logIn(tenant, {}, { ...user, password: 'wrong' })
  const end = await visitor.logIn(tenant, {}, user)
  const code = end.result.get('code') ?? ''
  const { body } = await exchangeCode(tenant, code)
  await exchangeCode(tenant, code)
  await visitor.open(authorizeUrl(tenant, { prompt: 'none' }))
  await visitor.open(`/v2/logout?client_id=${tenant.spa.clientId}`)
  expect(await eventsOf(tenant, user.userId)).toEqual(['ss', 'fp', 's', 'seacft', 'ssa', 'slo'])
  const [entry] = await entries(`user_id:"${user.userId}" AND type:s`)
  expect(entry).toMatchObject({
    client_id: tenant.spa.clientId,
    client_name: 'Rollcall dashboard',
    connection: 'Username-Password-Authentication',
    strategy: 'auth0',
    strategy_type: 'database',
    ip: '127.0.0.1',
    user_name: user.email,
    isMobile: false,
  })
  // The code came back: what it gave is ended, and the next use of it is in the log, too.
  await refresh(tenant, body.refresh_token ?? '')
  expect((await entries('type:feacft')).length).toBe(1)
  expect((await entries('type:fertft')).length).toBe(1)
})

test('what machines get and do not get is in the log, without their secrets', async () => {
  const fields = { grant_type: 'client_credentials', client_id: tenant.m2m.clientId, client_secret: tenant.m2m.clientSecret } // prettier-ignore
  await post(tenant, '/oauth/token', { ...fields, audience: tenant.audience })
  await post(tenant, '/oauth/token', { ...fields, audience: 'https://nowhere.example/' })
  expect(await entries('type:feccft')).toMatchObject([{ audience: 'https://nowhere.example/', description: 'Service not enabled within domain: https://nowhere.example/' }]) // prettier-ignore
  expect((await entries('type:seccft')).length).toBeGreaterThan(0)
  const rows = await tenant.tenant.context.db.selectFrom('logs').select('body').execute()
  expect(JSON.stringify(rows)).not.toContain(tenant.m2m.clientSecret)
})

test('a reused refresh token is in the log', async () => {
  const user = await makeUser(tenant)
  const end = await new TestBrowser(tenant.http).logIn(tenant, {}, user)
  const { body } = await exchangeCode(tenant, end.result.get('code') ?? '')
  await refresh(tenant, body.refresh_token ?? '')
  await refresh(tenant, body.refresh_token ?? '')
  expect(await eventsOf(tenant, user.userId)).toEqual(['ss', 's', 'seacft', 'sertft', 'ferrt'])
})

test('a key that signs no more is published until nothing it signed can be good', async () => {
  const published = async () => ((await (await fetch(`${tenant.http}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys // prettier-ignore
  const { keys } = tenant.tenant.context
  const [first] = await published()
  await keys.rotate()
  expect((await published()).map(({ kid }) => kid)).toContain(first?.kid)
  await sweep(tenant.tenant.context)
  expect(await published()).toHaveLength(3)
  clock += 31 * 86_400_000
  await sweep(tenant.tenant.context)
  await keys.rotate() // it reads them anew
  expect((await published()).map(({ kid }) => kid)).not.toContain(first?.kid)
})

test('what has expired is swept away, and nothing else', async () => {
  const { db } = tenant.tenant.context
  const both = { expired: new Date(clock - 1000), good: new Date(clock + 1000) }
  for (const [name, expires_at] of Object.entries(both)) {
    const id = Buffer.from(name)
    await db.insertInto('seen_once').values({ purpose: 'dpop', id_hash: id, expires_at }).execute()
    await db.insertInto('login_transactions').values({ id_hash: id, request: '{}', expires_at }).execute()
    await db.insertInto('pushed_requests').values({ request_uri_hash: id, client_id: tenant.m2m.clientId, parameters: '{}', expires_at }).execute() // prettier-ignore
    await db.insertInto('one_time_codes').values({ subject_hash: id, code_hash: id, attempts_left: 3, expires_at }).execute() // prettier-ignore
  }
  await sweep(tenant.tenant.context)
  for (const table of ['seen_once', 'login_transactions', 'pushed_requests', 'one_time_codes'] as const) {
    const rows = await db.selectFrom(table).select('expires_at').execute()
    expect(rows, table).toContainEqual({ expires_at: both.good })
    expect(rows, table).not.toContainEqual({ expires_at: both.expired })
  }
})
