import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import { expect, fillSignIn, test } from './application.ts'
import type { Application } from './application.ts'

// auth0-vue is run by every journey of the dashboard; these are the SDK beneath it, and the one of 2019, with nothing around them.
const require = createRequire(import.meta.url)
const sdks = {
  'auth0-spa-js 1': { file: require.resolve('auth0-spa-js-1/dist/auth0-spa-js.production.js'), create: 'createAuth0Client' },
  'auth0-spa-js 2': { file: require.resolve('@auth0/auth0-spa-js').replace(/dist\/.*/, 'dist/auth0-spa-js.production.js'), create: 'auth0.createAuth0Client' },
} // prettier-ignore

interface Shop {
  url: string
  clientId: string
  close: () => Promise<void>
}

/** A page with the SDK in it, and an application registered for its address. */
async function startShop(app: Application, file: string): Promise<Shop> {
  const sdk = await readFile(file, 'utf8')
  const server = createServer((req, res) => {
    const isScript = req.url === '/sdk.js'
    res.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    res.end(isScript ? sdk : '<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="/sdk.js"></script>')
  }).listen(0, 'localhost')
  await once(server, 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const client = await app.management('POST', 'clients', {
    name: 'Shop',
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    callbacks: [`${url}/`],
    web_origins: [url],
    allowed_logout_urls: [`${url}/bye`],
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0, token_lifetime: 3600 },
  })
  const { client_id: clientId } = client.body as { client_id: string }
  const connections = (await app.management('GET', 'connections?strategy=auth0')).body as { id: string }[]
  await app.management('PATCH', `connections/${connections[0]?.id ?? ''}/clients`, [{ client_id: clientId, status: true }]) // prettier-ignore
  return {
    url,
    clientId,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
} // prettier-ignore

/** Makes the SDK's client in the page, as the quickstart does. */
async function openClient(page: Page, create: string, options: Record<string, unknown>): Promise<void> {
  await page.evaluate(
    async ({ path, settings }) => {
      const make = path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], globalThis) as (
        given: unknown,
      ) => Promise<unknown>
      Object.assign(globalThis, { client: await make(settings) })
    },
    { path: create, settings: options },
  )
} // prettier-ignore

/** Calls a method of the SDK's client. */
const call = (page: Page, method: string, argument?: unknown): Promise<unknown> =>
  page.evaluate(
    async ({ name, given }) => {
      const { client } = globalThis as unknown as { client: Record<string, (value?: unknown) => Promise<unknown>> }
      return client[name]?.(given)
    },
    { name: method, given: argument },
  )

for (const [name, { file, create }] of Object.entries(sdks)) {
  for (const useRefreshTokens of [false, true]) {
    test(`${name}${useRefreshTokens ? ' with refresh tokens' : ''}: sign in, who it is, a new token without a page, sign out`, async ({
      page,
      app,
    }) => {
      const shop = await startShop(app, file)
      const isFirst = name.endsWith('1')
      const params = { redirect_uri: `${shop.url}/`, audience: app.credentials.audience, scope: 'openid profile email offline_access' } // prettier-ignore
      const options = {
        domain: app.tenantUrl,
        ...(isFirst
          ? { client_id: shop.clientId, ...params }
          : { clientId: shop.clientId, authorizationParams: params }),
        useRefreshTokens,
        cacheLocation: 'localstorage',
      }
      try {
        await page.goto(`${shop.url}/`)
        await openClient(page, create, options)
        expect(await call(page, 'isAuthenticated')).toBe(false)
        await call(page, 'loginWithRedirect')
        await fillSignIn(page, app.credentials.staff)
        await page.waitForURL(/code=/)
        await openClient(page, create, options)
        await call(page, 'handleRedirectCallback')
        expect(await call(page, 'getUser')).toMatchObject({ email: app.credentials.staff.email })

        const first = await call(page, 'getTokenSilently')
        const fresh = await call(page, 'getTokenSilently', isFirst ? { ignoreCache: true } : { cacheMode: 'off' })
        expect(String(fresh).split('.')).toHaveLength(3)
        expect(fresh === first && useRefreshTokens).toBe(false)

        const returnTo = `${shop.url}/bye`
        await call(page, 'logout', isFirst ? { returnTo } : { logoutParams: { returnTo } }).catch(() => undefined) // the page is left
        await page.waitForURL(returnTo)
        await openClient(page, create, options)
        expect(await call(page, 'isAuthenticated')).toBe(false)
        await expect(call(page, 'getTokenSilently')).rejects.toThrow(/login.required|missing.refresh.token/i)
      } finally {
        await shop.close()
      }
    })
  }
}
