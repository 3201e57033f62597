import express from 'express'
import type { Request } from 'express'
import openidConnect from 'express-openid-connect'
import type { ConfigParams } from 'express-openid-connect'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { listen } from './listen.ts'
import { makeWebClient } from './make-web-client.ts'
import { readForm, walkThroughSignIn } from './walk-through-sign-in.ts'

const { auth, requiresAuth } = openidConnect

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

/** The application of Auth0's Express quickstart. */
async function startQuickstart(config: ConfigParams = {}) {
  const app = express()
  const server = await listen(app)
  onTestFinished(server.close)
  const client = await makeWebClient(tenant, { callback: `${server.url}/callback`, logout: server.url })
  app.use(
    auth({
      authRequired: false,
      auth0Logout: true,
      secret: 'a long, randomly-generated string stored in env',
      baseURL: server.url,
      clientID: client.clientId,
      issuerBaseURL: tenant.http,
      ...config,
      ...(config.authorizationParams?.response_type === 'code' && { clientSecret: client.clientSecret }),
    }),
  )
  app.get('/', (req, res) => void res.send(req.oidc.isAuthenticated() ? 'Logged in' : 'Logged out'))
  app.get('/profile', requiresAuth(), (req, res) => void res.json(req.oidc.user))
  app.get('/tokens', requiresAuth(), async (req: Request, res) => {
    const before = req.oidc.accessToken
    const after = await before?.refresh()
    res.json({ before: before?.access_token, after: after?.access_token, isExpired: after?.isExpired() })
  })
  return { url: server.url, browser: new TestBrowser(server.url) }
}

test('the quickstart’s default flow, an id token by form_post: login, profile, logout', async () => {
  const { browser } = await startQuickstart()
  expect(await (await browser.open('/')).text()).toBe('Logged out')

  const toTenant = await browser.open('/login')
  const address = new URL(toTenant.headers.get('location') ?? '')
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    response_type: 'id_token',
    response_mode: 'form_post',
    scope: 'openid profile email',
  })
  const { action, fields } = await readForm(await walkThroughSignIn(browser, tenant, address))
  expect(Object.keys(fields).sort()).toEqual(['id_token', 'state'])
  const back = await browser.submit(action, fields)
  expect(back.status).toBe(302)
  expect(await (await browser.open('/')).text()).toBe('Logged in')
  expect(await (await browser.open('/profile')).json()).toMatchObject({
    sub: expect.stringMatching(/^auth0\|/),
    email: tenant.staff.email,
    email_verified: true,
    nickname: 'staff',
    name: 'Staff',
    sid: expect.any(String),
  })

  // Out of the application, then out of the tenant, which leads back.
  const out = new URL((await browser.open('/logout')).headers.get('location') ?? '')
  expect(out.origin + out.pathname).toBe(`${tenant.http}/v2/logout`)
  const home = await browser.open(out.href)
  expect(home.headers.get('location')).toBe(out.searchParams.get('returnTo'))
  expect(await (await browser.open('/')).text()).toBe('Logged out')
  const again = await browser.open('/profile')
  expect(again.headers.get('location')).toMatch(new RegExp(`^${tenant.http}/authorize\\?`))
  const asked = await browser.open(again.headers.get('location') ?? '')
  expect(asked.headers.get('location')).toMatch(/\/u\/login\?/) // the tenant's session is over as well
})

test('a page that needs a person sends them to sign in and brings them back to it', async () => {
  const { browser, url } = await startQuickstart()
  const toTenant = await browser.open('/profile?tab=1')
  const { action, fields } = await readForm(
    await walkThroughSignIn(browser, tenant, toTenant.headers.get('location') ?? ''),
  )
  const back = await browser.submit(action, fields)
  expect(new URL(back.headers.get('location') ?? '', url).href).toBe(`${url}/profile?tab=1`)
})

test('an answer whose state was tampered with is refused', async () => {
  const { browser } = await startQuickstart({ errorOnRequiredAuth: false })
  const toTenant = await browser.open('/login')
  const { action, fields } = await readForm(
    await walkThroughSignIn(browser, tenant, toTenant.headers.get('location') ?? ''),
  )
  const back = await browser.submit(action, { ...fields, state: 'another' })
  expect(back.status).toBe(400)
  expect(await (await browser.open('/')).text()).toBe('Logged out')
})

test('the code flow with an API: an access token that is refreshed, and RP-initiated logout', async () => {
  const { browser, url } = await startQuickstart({
    auth0Logout: false,
    idpLogout: true,
    authorizationParams: {
      response_type: 'code',
      audience: tenant.audience,
      scope: 'openid profile email offline_access manage:users',
    },
  })
  const toTenant = await browser.open('/login')
  const answer = await walkThroughSignIn(browser, tenant, toTenant.headers.get('location') ?? '')
  const back = await browser.open(answer.headers.get('location') ?? '')
  expect(back.status).toBe(302)
  expect(await (await browser.open('/profile')).json()).toMatchObject({ email: tenant.staff.email })

  const tokens = (await (await browser.open('/tokens')).json()) as { before: string; after: string }
  expect(tokens).toMatchObject({ isExpired: false, before: expect.any(String), after: expect.any(String) })
  const claims = JSON.parse(Buffer.from(tokens.after.split('.')[1] ?? '', 'base64url').toString()) as object
  expect(claims).toMatchObject({
    aud: [tenant.audience, `${tenant.http}/userinfo`],
    scope: 'openid profile email offline_access manage:users',
    permissions: ['manage:users'],
  })

  const out = new URL((await browser.open('/logout')).headers.get('location') ?? '')
  expect(out.origin + out.pathname).toBe(`${tenant.http}/oidc/logout`)
  const home = await browser.open(out.href)
  expect(new URL(home.headers.get('location') ?? '').origin).toBe(url)
  const asked = await browser.open(String((await browser.open('/login')).headers.get('location')))
  expect(asked.headers.get('location')).toMatch(/\/u\/login\?/)
})
