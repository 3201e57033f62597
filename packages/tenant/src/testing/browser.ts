import { createHash, randomBytes } from 'node:crypto'
import { callbackUrl } from './start-test-tenant.ts'
import type { TestTenant } from './start-test-tenant.ts'

/** A browser without a screen: keeps cookies, fills in the sign-in page, follows nothing by itself. */
export class TestBrowser {
  readonly #cookies = new Map<string, string>()
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  async open(address: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(address, this.#origin), {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split('=') ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  submit(address: string, fields: Record<string, string>): Promise<Response> {
    return this.open(address, { method: 'POST', body: new URLSearchParams(fields) })
  }

  /** From /authorize through the sign-in page to the redirect address. @returns what the application is sent */
  async signIn(tenant: TestTenant, params: Record<string, string> = {}, who = tenant.staff): Promise<URLSearchParams> {
    const first = await this.open(authorizeUrl(tenant, params))
    const page = first.headers.get('location') ?? ''
    if (!page.startsWith('/u/login')) return resultOf(page)
    const state = new URL(page, this.#origin).searchParams.get('state') ?? ''
    const answer = await this.submit('/u/login', { state, username: who.email, password: who.password })
    return resultOf(answer.headers.get('location') ?? '')
  }
}

const resultOf = (address: string): URLSearchParams => {
  const { searchParams, hash } = new URL(address, callbackUrl)
  return hash === '' ? searchParams : new URLSearchParams(hash.slice(1))
}

export function authorizeUrl(tenant: TestTenant, params: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: tenant.spa.clientId,
    redirect_uri: callbackUrl,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    audience: tenant.audience,
    state: 'the-state',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...params,
  })
  return `/authorize?${query.toString()}`
}

const verifier = randomBytes(32).toString('base64url')
export const pkce = { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }

/** POST /oauth/token as the single-page application. */
export async function exchange(
  tenant: Pick<TestTenant, 'http' | 'spa'>,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${tenant.http}/oauth/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ client_id: tenant.spa.clientId, redirect_uri: callbackUrl, ...fields }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

export const exchangeCode = (
  tenant: Pick<TestTenant, 'http' | 'spa'>,
  code: string,
  headers?: Record<string, string>,
) => exchange(tenant, { grant_type: 'authorization_code', code, code_verifier: pkce.verifier }, headers)

export const refresh = (tenant: Pick<TestTenant, 'http' | 'spa'>, token: string, headers?: Record<string, string>) =>
  exchange(tenant, { grant_type: 'refresh_token', refresh_token: token }, headers)
