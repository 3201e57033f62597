/**
 * Where a tenant is: `example.eu.auth0.com` becomes `https://example.eu.auth0.com`; an origin stays what it is.
 * @param domain a bare domain, or an origin such as `http://localhost:8001` for a tenant on this machine
 */
export function tenantOrigin(domain: string): string {
  return domain.includes('://') ? new URL(domain).origin : `https://${domain}`
}
