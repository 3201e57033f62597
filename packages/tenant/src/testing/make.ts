import { randomUUID } from 'node:crypto'
import { callbackUrl } from './start-test-tenant.ts'
import type { TestTenant } from './start-test-tenant.ts'

export const databaseConnection = 'Username-Password-Authentication'

export interface TestUser {
  userId: string
  email: string
  password: string
}

export async function makeUser(tenant: TestTenant): Promise<TestUser> {
  const who = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  const { body } = await tenant.api('POST', '/users', { connection: databaseConnection, email_verified: true, ...who })
  return { ...who, userId: (body as { user_id: string }).user_id }
}

export interface TestClient {
  clientId: string
  clientSecret: string
}

/** An application with a secret, which the people of the database may use. */
export async function makeClient(tenant: TestTenant, settings: Record<string, unknown> = {}): Promise<TestClient> {
  const { status, body } = await tenant.api('POST', '/clients', {
    name: 'Web shop',
    app_type: 'regular_web',
    callbacks: [callbackUrl],
    token_endpoint_auth_method: 'client_secret_post',
    ...settings,
  })
  if (status !== 201) throw new Error(`No application was made: ${JSON.stringify(body)}`)
  const { client_id: clientId, client_secret: clientSecret } = body as { client_id: string; client_secret: string }
  await enable(tenant, await connectionIdOf(tenant, databaseConnection), clientId)
  return { clientId, clientSecret }
}

export async function connectionIdOf(tenant: TestTenant, name: string): Promise<string> {
  const { body } = await tenant.api('GET', `/connections?name=${name}`)
  return (body as { id: string }[])[0]?.id ?? ''
}

export const enable = (tenant: TestTenant, connectionId: string, clientId: string) =>
  tenant.api('PATCH', `/connections/${connectionId}/clients`, [{ client_id: clientId, status: true }])

/** POST, as a form, JSON back. */
export async function post(
  tenant: Pick<TestTenant, 'http'>,
  path: string,
  fields: Record<string, string | string[]>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${tenant.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(fields),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, string> }
}
