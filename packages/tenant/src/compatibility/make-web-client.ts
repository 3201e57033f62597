import type { TestTenant } from '../testing/start-test-tenant.ts'

/**
 * An application as the quickstarts have one made in the dashboard: its addresses, every grant a regular web application gets, and the tenant's
 * database connection turned on, which Auth0's dashboard does and its API leaves to the caller.
 */
export async function makeWebClient(
  tenant: TestTenant,
  { callback, logout = callback, ...settings }: { callback: string; logout?: string } & Record<string, unknown>,
): Promise<{ clientId: string; clientSecret: string }> {
  const client = (await demand(tenant, 'POST', '/clients', {
    name: 'Quickstart',
    app_type: 'regular_web',
    callbacks: [callback],
    allowed_logout_urls: [logout],
    ...settings,
  })) as { client_id: string; client_secret: string }
  const connections = (await demand(tenant, 'GET', '/connections')) as { id: string; enabled_clients: string[] }[]
  for (const { id, enabled_clients: enabled } of connections)
    await demand(tenant, 'PATCH', `/connections/${id}`, { enabled_clients: [...enabled, client.client_id] })
  return { clientId: client.client_id, clientSecret: client.client_secret }
}

async function demand(tenant: TestTenant, method: string, path: string, sent?: unknown): Promise<unknown> {
  const { status, body } = await tenant.api(method, path, sent)
  if (status >= 400) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`)
  return body
}
