import { rootCertificates } from 'node:tls'
import { Agent, fetch as undiciFetch } from 'undici'
import { tenantOrigin } from './tenant-origin.ts'

export type Fetch = typeof globalThis.fetch

export interface TenantFetchOptions {
  domain: string
  /** PEM of a certificate authority to trust besides the well-known ones. */
  ca?: string | undefined
  /** What carries the requests in place of undici. */
  fetch?: Fetch | undefined
}

export interface TenantFetch {
  fetch: Fetch
  close(): Promise<void>
}

/**
 * The SDK writes https before every domain, whatever it is told. This fetch takes the request to the origin that was configured.
 * It follows no redirect: one would carry the client secret to wherever it points.
 */
export function createTenantFetch({ domain, ca, fetch }: TenantFetchOptions): TenantFetch {
  const origin = tenantOrigin(domain)
  const assumed = `https://${new URL(origin).host}`
  const dispatcher = new Agent(ca ? { connect: { ca: [...rootCertificates, ca] } } : {})
  // undici's fetch is the built-in one; only their declarations differ.
  const carry = fetch ?? (undiciFetch as unknown as Fetch)
  return {
    fetch: (input, init) => {
      const url = String(input instanceof Request ? input.url : input).replace(assumed, origin)
      const options: RequestInit & { dispatcher?: Agent } = { ...init, redirect: 'error' }
      if (!fetch) options.dispatcher = dispatcher
      return carry(url, options)
    },
    close: () => dispatcher.close(),
  }
}
