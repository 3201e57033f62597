import type { LocalTenant } from '@rollcall/tenant'

export type Manage = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>

/** Calls of the Management API itself, past Rollcall: what others do in the tenant. */
export function manages(tenant: Pick<LocalTenant, 'url' | 'credentials'>): Manage {
  let token: Promise<string> | undefined
  return async (method, path, body) => {
    token ??= requestToken(tenant)
    const response = await fetch(`${tenant.url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${await token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
}

/** A form, which is how users to be imported are sent. */
export async function sendForm(
  tenant: Pick<LocalTenant, 'url' | 'credentials'>,
  path: string,
  body: FormData,
): Promise<Response> {
  const headers = { authorization: `Bearer ${await requestToken(tenant)}` }
  return fetch(`${tenant.url}/api/v2${path}`, { method: 'POST', headers, body })
}

export interface PasswordClient {
  clientId: string
  clientSecret: string
}

export const recoveryGrant = 'http://auth0.com/oauth/grant-type/mfa-recovery-code'

/** An application whose people sign in with their password. */
export async function makePasswordClient(manage: Manage): Promise<PasswordClient> {
  const { body } = await manage('POST', '/clients', {
    name: 'Terminal',
    app_type: 'regular_web',
    grant_types: ['password', recoveryGrant],
  })
  const { client_id: clientId, client_secret: clientSecret } = body as { client_id: string; client_secret: string }
  const connections = (await manage('GET', '/connections?strategy=auth0')).body as { id: string; enabled_clients: string[] }[] // prettier-ignore
  for (const { id, enabled_clients: enabled } of connections)
    await manage('PATCH', `/connections/${id}`, { enabled_clients: [...enabled, clientId] })
  return { clientId, clientSecret }
}

/** By the password grant. */
export function signIn(
  url: string,
  { clientId, clientSecret }: PasswordClient,
  person: { username: string; password: string },
): Promise<Response> {
  const body = { grant_type: 'password', client_id: clientId, client_secret: clientSecret, ...person }
  return fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

export async function requestToken({ url, credentials }: Pick<LocalTenant, 'url' | 'credentials'>): Promise<string> {
  const { clientId, clientSecret } = credentials.m2m
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `${url}/api/v2/`,
    }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}
