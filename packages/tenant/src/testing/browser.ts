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

  /** Opens /authorize, and the page it leads to. */
  async begin(tenant: TestTenant, params: Record<string, string> = {}): Promise<Step> {
    return this.follow(await this.open(authorizeUrl(tenant, params)))
  }

  /** Signs in with a password, up to whatever page comes after. */
  async logIn(tenant: TestTenant, params: Record<string, string> = {}, who = tenant.staff): Promise<Step> {
    const { state } = await this.begin(tenant, params)
    return this.follow(await this.submit('/u/login', { state, username: who.email, password: who.password }))
  }

  /** Where an answer leads: another page of the tenant, which is opened, or back to the application. */
  async follow(response: Response): Promise<Step> {
    const location = response.headers.get('location')
    if (location === null) return { page: new URL(response.url).pathname, status: response.status, html: await response.text(), state: '', result: new URLSearchParams() } // prettier-ignore
    const target = new URL(location, this.#origin)
    if (target.origin !== this.#origin) return { page: location, status: response.status, html: '', state: '', result: resultOf(location) } // prettier-ignore
    const opened = await this.open(location)
    if (opened.headers.get('location') !== null) return this.follow(opened)
    const state = target.searchParams.get('state') ?? ''
    return { page: target.pathname, status: opened.status, html: await opened.text(), state, result: target.searchParams } // prettier-ignore
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

/** A page someone has come to, or what the application was told. */
export interface Step {
  /** The path of a page of the tenant; the whole address of anything else. */
  page: string
  status: number
  html: string
  state: string
  /** What the application is sent. */
  result: URLSearchParams
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

export interface TestMail {
  kind: string
  to: string
  subject: string
  body: string
  links: string[]
}

/** What the tenant would have sent to someone, the newest first. */
export async function mailTo(tenant: Pick<TestTenant, 'http'>, to: string): Promise<TestMail[]> {
  const response = await fetch(`${tenant.http}/mailbox?format=json&to=${encodeURIComponent(to)}`)
  return (await response.json()) as TestMail[]
}

/** The types of the events that were logged of someone, in their order. */
export async function eventsOf({ tenant }: Pick<TestTenant, 'tenant'>, userId: string): Promise<string[]> {
  await tenant.context.logs.flush()
  const rows = await tenant.context.db.selectFrom('logs').select('type').where('user_id', '=', userId).orderBy('log_id').execute() // prettier-ignore
  return rows.map(({ type }) => type)
}

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
