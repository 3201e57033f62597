import type { Request } from 'express'
import { EmbeddedJWK, calculateJwkThumbprint, jwtVerify } from 'jose'
import { createHash } from 'node:crypto'
import { originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { invalidDpopProof } from './oauth-error.ts'
import { isFirstSeen } from './seen-once.store.ts'

export const dpopAlgorithms = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA']

/** How old, or how far ahead, a proof's `iat` may be. */
const windowSeconds = 60

/**
 * Checks the proof that a caller holds a key (RFC 9449 §4.3): type, algorithm, method, address, age, and that it is used once.
 * @param accessToken the token the proof goes with, at a protected resource; its hash must be in `ath`
 * @returns the key's RFC 7638 thumbprint; undefined when there is no proof
 * @throws OAuthError invalid_dpop_proof
 */
export async function dpopThumbprint(
  context: TenantContext,
  req: Request,
  accessToken?: string,
): Promise<string | undefined> {
  const proof = req.headers.dpop
  if (proof === undefined) return undefined
  if (Array.isArray(proof) || proof.includes(',')) throw invalidDpopProof('There must be one DPoP proof.')
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: dpopAlgorithms,
    currentDate: context.now(),
  }).catch((error: unknown) => {
    throw Object.assign(invalidDpopProof('The DPoP proof is not a valid signature by the key it names.'), {
      cause: error,
    })
  })
  const { jti, htm, htu, iat, ath } = payload
  const now = Math.floor(context.now().getTime() / 1000)
  if (htm !== req.method) throw invalidDpopProof('The DPoP proof is for another method.')
  if (typeof htu !== 'string' || !isSameAddress(htu, `${originOf(context, req)}${req.baseUrl}${req.path}`)) {
    throw invalidDpopProof('The DPoP proof is for another address.')
  }
  if (iat === undefined || Math.abs(now - iat) > windowSeconds) throw invalidDpopProof('The DPoP proof is too old.')
  if (jti === undefined || jti === '' || jti.length > 512) throw invalidDpopProof('The DPoP proof has no id.')
  if (accessToken !== undefined && ath !== createHash('sha256').update(accessToken).digest('base64url')) {
    throw invalidDpopProof('The DPoP proof is for another access token.')
  }
  if (!protectedHeader.jwk) throw invalidDpopProof('The DPoP proof names no key.')
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk)
  const until = new Date((iat + 2 * windowSeconds) * 1000)
  if (!(await isFirstSeen(context.db, { purpose: 'dpop', id: `${thumbprint} ${jti}`, until }))) {
    throw invalidDpopProof('The DPoP proof was used before.')
  }
  return thumbprint
}

function isSameAddress(one: string, other: string): boolean {
  if (!URL.canParse(one)) return false
  const { origin, pathname } = new URL(one) // query and fragment do not count (RFC 9449 §4.3)
  return `${origin}${pathname}` === other
}
