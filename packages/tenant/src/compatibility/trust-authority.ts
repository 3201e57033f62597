import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/**
 * What NODE_EXTRA_CA_CERTS does, in a process that is running: fetch, axios and node:https trust the tenant's own authority, so that a client
 * that insists on https is tested as it comes out of the registry.
 * @returns what takes the trust back
 */
export function trustAuthority(pem: string): () => void {
  const usual = getCACertificates('default')
  setDefaultCACertificates([...usual, pem])
  return () => setDefaultCACertificates(usual)
}
