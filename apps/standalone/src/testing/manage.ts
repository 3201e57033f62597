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
