import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import type { SigningKeys } from '../signing-keys/signing-keys.ts'

/** What an access token of ours says, once its signature, issuer and lifetime have been found good. */
export interface AccessToken {
  issuer: string
  subject: string
  clientId: string
  audience: string[]
  scopes: string[]
  permissions: string[]
  /** RFC 7638 thumbprint of the key it is bound to (RFC 9449 §6) */
  dpopThumbprint: string | undefined
  expiresAt: number
}

export class TokenInvalid extends Error {
  override readonly name: string = 'TokenInvalid'
}

export class TokenExpired extends TokenInvalid {
  override readonly name = 'TokenExpired'
}

interface Verifier {
  keys: SigningKeys
  issuers: string[]
  now: Date
}

/**
 * @param issuers every origin the tenant is called by, each with a slash at its end: a token fetched under one is good under all
 * @throws TokenInvalid, TokenExpired
 */
export async function verifyAccessToken(verifier: Verifier, token: string): Promise<AccessToken> {
  return toAccessToken(await verify(verifier, token))
}

/**
 * An id token of ours, which names the application it was made for as its audience.
 * @throws TokenInvalid, TokenExpired
 */
export async function verifyIdToken(
  verifier: Verifier,
  token: string,
): Promise<{ subject: string; audience: string[] }> {
  const { sub, aud, azp, client_id: clientId, gty } = await verify(verifier, token)
  if (sub === undefined || aud === undefined || azp !== undefined || clientId !== undefined || gty !== undefined) {
    throw new TokenInvalid('Invalid token') // an access token, say
  }
  return { subject: sub, audience: [aud].flat() }
}

async function verify({ keys, issuers, now }: Verifier, token: string): Promise<JWTPayload> {
  const verified = await keys.verified()
  const known = verified.get(token)
  if (known && issuers.includes(known.iss ?? '') && (known.exp ?? 0) > now.getTime() / 1000) return known
  try {
    const { kid } = decodeProtectedHeader(token)
    const key = kid === undefined ? undefined : await keys.verificationKey(kid)
    if (!key) throw new TokenInvalid('Invalid signature received for JSON Web Token validation')
    const { payload } = await jwtVerify(token, key, { algorithms: ['RS256'], issuer: issuers, currentDate: now })
    if (verified.size >= mostVerified) verified.clear()
    verified.set(token, payload)
    return payload
  } catch (error) {
    if (error instanceof TokenInvalid) throw error
    if (error instanceof errors.JWTExpired) {
      throw new TokenExpired('Expired token received for JSON Web Token validation', { cause: error })
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw new TokenInvalid('Invalid signature received for JSON Web Token validation', { cause: error })
    }
    throw new TokenInvalid('Invalid token', { cause: error })
  }
}

/** More than there are busy callers; beyond it every signature is checked anew. */
const mostVerified = 1000

function toAccessToken(payload: JWTPayload): AccessToken {
  const { iss, sub, aud, exp, azp, client_id: clientId, scope, permissions, cnf } = payload
  const party = azp ?? clientId
  if (iss === undefined || sub === undefined || aud === undefined || exp === undefined || typeof party !== 'string') {
    throw new TokenInvalid('Invalid token') // an id token of ours, say
  }
  const isBound = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf
  return {
    issuer: iss,
    subject: sub,
    clientId: party,
    audience: [aud].flat(),
    scopes: typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [],
    permissions: Array.isArray(permissions) ? permissions.filter((name) => typeof name === 'string') : [],
    dpopThumbprint: isBound ? String(cnf.jkt) : undefined,
    expiresAt: exp,
  }
}
