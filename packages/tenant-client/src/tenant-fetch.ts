import { rootCertificates } from 'node:tls'
import { Agent, fetch as undiciFetch, FormData as UndiciFormData } from 'undici'
import { tenantOrigin } from './tenant-origin.ts'
import { createAskWhole, isPlain } from './whole-answers.ts'

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
  /** The same for what is answered with little, at a third of the work: the answer has come whole when this resolves, and has no stream. */
  ask: Fetch
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
  const addressOf = (input: Parameters<Fetch>[0]) =>
    String(input instanceof Request ? input.url : input).replace(assumed, origin)
  const stream: Fetch = (input, init) => {
    const options: RequestInit & { dispatcher?: Agent } = { ...init, redirect: 'error' }
    if (!fetch)
      Object.assign(options, { dispatcher }, init?.body instanceof FormData && { body: asUndiciForm(init.body) })
    return carry(addressOf(input), options)
  }
  const askWhole = createAskWhole(dispatcher)
  const ask: Fetch = (input, init) =>
    !fetch && isPlain(input, init) ? askWhole(addressOf(input), init ?? {}) : stream(input, init)
  return { fetch: stream, ask, close: () => dispatcher.close() }
}

/** The SDK makes its forms of what is built into Node; to undici itself that class is a stranger's, and would be sent as its name. */
function asUndiciForm(form: FormData): UndiciFormData {
  const own = new UndiciFormData()
  for (const [name, value] of form) {
    if (typeof value === 'string') own.append(name, value)
    else own.append(name, value, value.name)
  }
  return own
}
