import { createHash, randomBytes } from 'node:crypto'
import type { LocalTenant } from '@rollcall/tenant'

/** Signs somebody in to the dashboard's application as a browser would, cookies and PKCE included, with lasting access. */
export async function signIn(
  tenant: Pick<LocalTenant, 'url' | 'credentials'>,
  { redirectUri, userAgent, ...person }: { email: string; password: string; redirectUri: string; userAgent: string },
): Promise<void> {
  const { spa, audience } = tenant.credentials
  const verifier = randomBytes(32).toString('base64url')
  let cookies = ''
  const open = async (address: string, init: RequestInit = {}) => {
    const headers = { cookie: cookies, 'user-agent': userAgent }
    const response = await fetch(new URL(address, tenant.url), { redirect: 'manual', headers, ...init })
    cookies = [cookies, ...response.headers.getSetCookie().map((line) => line.split(';', 1)[0])].filter(Boolean).join('; ') // prettier-ignore
    const location = response.headers.get('location')
    return location === null ? undefined : new URL(location, tenant.url)
  }
  const asked = new URLSearchParams({
    client_id: spa.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid offline_access',
    audience,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const page = await open(`/authorize?${asked.toString()}`)
  const state = page?.searchParams.get('state') ?? ''
  const form = new URLSearchParams({ state, username: person.email, password: person.password })
  const headers = { cookie: cookies, 'user-agent': userAgent }
  let answer = await open('/u/login', { method: 'POST', body: form, headers })
  while (answer?.origin === new URL(tenant.url).origin) answer = await open(answer.href)
  const code = answer?.searchParams.get('code') ?? ''
  const exchange = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri, client_id: spa.clientId } // prettier-ignore
  const tokens = await fetch(`${tenant.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(exchange), headers }) // prettier-ignore
  if (!tokens.ok) throw new Error(`Signing in ended with ${tokens.status}: ${await tokens.text()}`)
}
