import { isStorable } from '../storable.ts'
import type { Request } from 'express'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { publicKeysOf } from '../clients/clients.store.ts'
import type { Client } from '../clients/clients.store.ts'
import { isHashOf } from '../hashing.ts'
import { issuersOf } from '../tenant-context.ts'
import type { TenantContext } from '../tenant-context.ts'
import { clientUnknown, invalidRequest } from './oauth-error.ts'
import { isFirstSeen } from './seen-once.store.ts'
import type { TokenRequest } from './token-request.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const longestAssertionSeconds = 300

/**
 * Finds out which client asks, by secret (in the body or by Basic, RFC 6749 §2.3.1), by a signed assertion (RFC 7523 §2.2), or, for a public
 * client, by its id alone.
 * @param mayBeAnonymous for what browsers call: a client that sends no secret is taken at its word, one that sends a wrong one is not
 * @throws OAuthError access_denied; the same for an unknown client and for a wrong secret
 */
export async function authenticateClient(
  context: TenantContext,
  req: Request,
  body: TokenRequest,
  { mayBeAnonymous = false }: { mayBeAnonymous?: boolean } = {},
): Promise<Client> {
  const basic = readBasic(req.headers.authorization)
  const presented = [basic?.secret, body.client_secret, body.client_assertion].filter((way) => way !== undefined)
  if (presented.length > 1) throw invalidRequest('A client proves itself in one way only.')
  if (body.client_assertion !== undefined) return byAssertion(context, body)
  const clientId = basic?.clientId ?? body.client_id
  if (clientId === undefined) throw invalidRequest('Missing required parameter: client_id')
  if (!isStorable(clientId)) throw clientUnknown()
  if (basic && body.client_id !== undefined && body.client_id !== basic.clientId) throw clientUnknown()
  const client = await context.recent.client(clientId)
  const secret = basic?.secret ?? body.client_secret
  if (!client) throw clientUnknown()
  if (client.settings.token_endpoint_auth_method === 'none') return client
  if (mayBeAnonymous && secret === undefined) return client
  if (client.settings.token_endpoint_auth_method === 'private_key_jwt') throw clientUnknown()
  if (secret === undefined || !client.secretHash || !isHashOf(client.secretHash, secret)) throw clientUnknown()
  return client
}

async function byAssertion(context: TenantContext, body: TokenRequest): Promise<Client> {
  const { client_assertion: assertion = '', client_assertion_type: type, client_id: claimedId } = body
  if (type !== assertionType) throw invalidRequest(`client_assertion_type must be ${assertionType}`)
  const clientId = issuerOf(assertion)
  if (clientId === undefined || (claimedId !== undefined && claimedId !== clientId)) throw clientUnknown()
  const client = await context.recent.client(clientId)
  if (client?.settings.token_endpoint_auth_method !== 'private_key_jwt') throw clientUnknown()
  const { exp = 0, jti } = await verifyAssertion(context, client, assertion)
  if (exp - context.now().getTime() / 1000 > longestAssertionSeconds) throw clientUnknown()
  const until = new Date(exp * 1000)
  if (!(await isFirstSeen(context.db, { purpose: 'assertion', id: `${clientId} ${jti}`, until }))) throw clientUnknown()
  return client
}

function issuerOf(assertion: string): string | undefined {
  try {
    const { iss } = decodeJwt(assertion)
    return typeof iss === 'string' && isStorable(iss) ? iss : undefined
  } catch {
    return undefined // not a JWT
  }
}

async function verifyAssertion(context: TenantContext, client: Client, assertion: string): Promise<JWTPayload> {
  const issuers = issuersOf(context)
  try {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: publicKeysOf(client) }), {
      issuer: client.clientId,
      subject: client.clientId,
      audience: [...issuers, ...context.origins(), ...issuers.map((issuer) => `${issuer}oauth/token`)],
      algorithms: ['RS256', 'RS384', 'PS256'],
      requiredClaims: ['exp', 'jti'],
      currentDate: context.now(),
    })
    return payload
  } catch (error) {
    // Malformed, expired, badly signed, for somebody else: the caller learns no more than that it was not accepted.
    throw Object.assign(clientUnknown(), { cause: error })
  }
}

/** RFC 6749 §2.3.1: both halves are form-encoded inside the Basic credentials. */
export function readBasic(header: string | undefined): { clientId: string; secret: string } | undefined {
  const [scheme, value] = header?.split(' ', 2) ?? []
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) return undefined
  const [clientId, ...rest] = Buffer.from(value, 'base64').toString('utf8').split(':')
  try {
    const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
    return { clientId: decode(clientId ?? ''), secret: decode(rest.join(':')) }
  } catch (error) {
    throw Object.assign(invalidRequest('The Basic credentials are not form-encoded.'), { cause: error })
  }
}
