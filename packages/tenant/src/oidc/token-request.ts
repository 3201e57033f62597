import { isStorable } from '../storable.ts'
import { z } from 'zod'
import { invalidRequest } from './oauth-error.ts'

// No field of the protocol is longer.
const text = z.string().max(16_384).refine(isStorable)

const TokenRequest = z.object({
  grant_type: text,
  client_id: text.optional(),
  client_secret: text.optional(),
  client_assertion: text.optional(),
  client_assertion_type: text.optional(),
  audience: text.optional(),
  scope: text.optional(),
  code: text.optional(),
  code_verifier: text.optional(),
  redirect_uri: text.optional(),
  refresh_token: text.optional(),
  organization: text.optional(),
  username: text.optional(),
  password: text.optional(),
  realm: text.optional(),
  otp: text.optional(),
  mfa_token: text.optional(),
  recovery_code: text.optional(),
  device_code: text.optional(),
})
export type TokenRequest = z.infer<typeof TokenRequest>

/**
 * Reads the body of a token request: form or JSON, Auth0 takes both.
 * @throws OAuthError invalid_request naming the first parameter at fault
 */
export function readTokenRequest(body: unknown): TokenRequest {
  const result = TokenRequest.safeParse(typeof body === 'object' && body !== null ? body : {})
  if (result.success) return result.data
  const name = result.error.issues[0]?.path[0]
  const isMissing = typeof body !== 'object' || body === null || !(String(name) in body)
  throw invalidRequest(
    isMissing ? `Missing required parameter: ${String(name)}` : `Parameter ${String(name)} is not valid`,
  )
}

/** The names in a space-separated list, each once. */
export const scopesOf = (scope: string | undefined): string[] => [...new Set(scope?.split(' ').filter(Boolean) ?? [])]
