import type { Client } from '../../clients/clients.store.ts'
import type { TokenRequest } from '../token-request.ts'

/** What every grant is given: who asks (already proven), from which origin, and what for. */
export interface GrantRequest {
  origin: string
  client: Client
  body: TokenRequest
  /** RFC 7638 thumbprint of the key the caller proved to hold, if it proved one. */
  dpopThumbprint: string | undefined
  /** The address of whoever sits before the application, as far as it is known. */
  ip: string
  userAgent: string | undefined
}
