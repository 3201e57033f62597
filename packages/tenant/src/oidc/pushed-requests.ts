import { Router, json, urlencoded } from 'express'
import { sha256, unguessable } from '../hashing.ts'
import { addressOf } from '../request-origin.ts'
import { toStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { authenticateClient } from './client-authentication.ts'
import { OAuthError, invalidRequest } from './oauth-error.ts'
import { AuthorizationFailed, AuthorizationRefused, readAuthorizationRequest } from './read-authorization-request.ts'
import { readTokenRequest } from './token-request.ts'

const lifetimeSeconds = 30
const prefix = 'urn:ietf:params:oauth:request_uri:'

/** `POST /oauth/par`: an application says beforehand, and proves that it is the one, what it will ask for (RFC 9126). */
export function pushedRequestRoutes(context: TenantContext): Router {
  const router = Router()
  router.post(
    '/oauth/par',
    json({ limit: '64kb' }),
    urlencoded({ extended: false, limit: '64kb' }),
    async (req, res) => {
      const given = (req.body ?? {}) as Record<string, unknown>
      const client = await authenticateClient(context, req, readTokenRequest({ ...given, grant_type: 'par' }))
      if (given.request_uri !== undefined) throw invalidRequest('Parameter request_uri is not valid')
      const { client_secret: _secret, client_assertion: _assertion, client_assertion_type: _type, ...rest } = given
      // What is not known of /authorize is kept too, and was looked at by nobody.
      const parameters = { ...(toStorable(rest) as typeof rest), client_id: client.clientId }
      try {
        await readAuthorizationRequest(context, parameters, { isPushed: true })
      } catch (error) {
        const isKnown = error instanceof AuthorizationFailed || error instanceof AuthorizationRefused
        if (!isKnown) throw error
        context.logs.write({ type: 'fpar', description: error.message, client_id: client.clientId, ip: addressOf(req) })
        throw new OAuthError(400, error instanceof AuthorizationFailed ? error.error : 'invalid_request', error.message)
      }
      const handle = unguessable()
      await context.db
        .insertInto('pushed_requests')
        .values({
          request_uri_hash: sha256(handle),
          client_id: client.clientId,
          parameters: JSON.stringify(parameters),
          expires_at: new Date(context.now().getTime() + lifetimeSeconds * 1000),
        })
        .execute()
      res.status(201).setHeader('Cache-Control', 'no-store').json({ request_uri: prefix + handle, expires_in: lifetimeSeconds }) // prettier-ignore
    },
  )
  return router
}

/**
 * The parameters behind a `request_uri`, which is good once; any others as they are.
 * @throws AuthorizationRefused
 */
export async function takePushedRequest(
  { db, now }: Pick<TenantContext, 'db' | 'now'>,
  params: Record<string, unknown>,
): Promise<{ params: Record<string, unknown>; isPushed: boolean }> {
  const { request_uri: uri } = params
  if (uri === undefined) return { params, isPushed: false }
  const handle = typeof uri === 'string' && uri.startsWith(prefix) ? uri.slice(prefix.length) : ''
  const row = await db
    .deleteFrom('pushed_requests')
    .where('request_uri_hash', '=', sha256(handle))
    .where('expires_at', '>', now())
    .returning(['client_id', 'parameters'])
    .executeTakeFirst()
  if (!row || row.client_id !== params.client_id) throw new AuthorizationRefused('The request_uri is unknown, used or too old.') // prettier-ignore
  return { params: row.parameters, isPushed: true }
}
