import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, authorizeUrl } from '../testing/browser.ts'
import { makeClient, makeUser } from '../testing/make.ts'
import type { TestClient } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let foreign: TestClient
beforeAll(async () => {
  tenant = await startTestTenant()
  foreign = await makeClient(tenant, { name: 'Somebody else’s', is_first_party: false })
})
afterAll(() => tenant.close())

const browser = () => new TestBrowser(tenant.http)
const params = (more: Record<string, string> = {}) => ({
  client_id: foreign.clientId,
  scope: 'openid profile',
  ...more,
})

test('an application of somebody else gets what its person agrees to, and asks once for the same', async () => {
  const user = await makeUser(tenant)
  const visitor = browser()
  const page = await visitor.logIn(tenant, params(), user)
  expect(page.page).toBe('/u/consent')
  expect(page.html).toContain('Let Somebody else’s in?')
  expect(page.html).toContain('See your name and picture')
  const end = await visitor.follow(await visitor.submit('/u/consent', { state: page.state }))
  expect(end.result.get('code')).toBeTruthy()

  const again = await visitor.follow(await visitor.open(authorizeUrl(tenant, params({ prompt: 'none' }))))
  expect(again.result.get('code')).toBeTruthy()
  const more = await visitor.follow(await visitor.open(authorizeUrl(tenant, params({ scope: 'openid profile email read:users' })))) // prettier-ignore
  expect(more.page).toBe('/u/consent')
  expect(more.html).toContain('See users')
  const { body } = await tenant.api('GET', `/grants?user_id=${encodeURIComponent(user.userId)}`)
  expect(body).toMatchObject([{ clientID: foreign.clientId, scope: expect.arrayContaining(['openid', 'profile']) as unknown }]) // prettier-ignore
})

test('declining is told to the application, and nothing is kept', async () => {
  const user = await makeUser(tenant)
  const visitor = browser()
  const page = await visitor.logIn(tenant, params(), user)
  const end = await visitor.follow(await visitor.submit('/u/consent', { state: page.state, decline: 'yes' }))
  expect(Object.fromEntries(end.result)).toMatchObject({ error: 'access_denied', error_description: 'User did not authorize the request' }) // prettier-ignore
  const silent = await visitor.follow(await visitor.open(authorizeUrl(tenant, params({ prompt: 'none' }))))
  expect(silent.result.get('error')).toBe('login_required')
})

test('a page elsewhere cannot agree in somebody’s name', async () => {
  const user = await makeUser(tenant)
  const visitor = browser()
  const page = await visitor.logIn(tenant, params(), user)
  // Another browser has the state, but not the cookie that ties the sign-in to this one.
  const stolen = await browser().submit('/u/consent', { state: page.state })
  expect(stolen.status).toBe(400)
  expect((await visitor.submit('/u/consent', { state: 'made-up' })).status).toBe(400)
  // Nor is there a way to agree before having signed in.
  const fresh = browser()
  const { state } = await fresh.begin(tenant, params())
  expect((await fresh.follow(await fresh.submit('/u/consent', { state }))).page).toBe('/u/login')
})

test('what was agreed to can be taken back, and is asked for again', async () => {
  const user = await makeUser(tenant)
  const visitor = browser()
  const page = await visitor.logIn(tenant, params(), user)
  await visitor.submit('/u/consent', { state: page.state })
  const { body } = await tenant.api('GET', `/grants?user_id=${encodeURIComponent(user.userId)}`)
  await tenant.api('DELETE', `/grants/${(body as { id: string }[])[0]?.id ?? ''}`)
  const silent = await visitor.follow(await visitor.open(authorizeUrl(tenant, params({ prompt: 'none' }))))
  expect(silent.result.get('error')).toBe('consent_required')
})

test('one’s own applications are not asked about, unless they want it', async () => {
  const user = await makeUser(tenant)
  const visitor = browser()
  expect((await visitor.logIn(tenant, {}, user)).result.get('code')).toBeTruthy()
  const asked = await visitor.follow(await visitor.open(authorizeUrl(tenant, { prompt: 'consent' })))
  expect(asked.page).toBe('/u/consent')
  const end = await visitor.follow(await visitor.submit('/u/consent', { state: asked.state }))
  expect(end.result.get('code')).toBeTruthy()
})
