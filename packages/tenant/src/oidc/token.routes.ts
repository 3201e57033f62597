import { Router, json, urlencoded } from 'express'
import type { Client } from '../clients/clients.store.ts'
import { originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { authenticateClient } from './client-authentication.ts'
import { dpopThumbprint as readDpop } from './dpop.ts'
import { authorizationCode } from './grants/authorization-code.ts'
import { clientCredentials } from './grants/client-credentials.ts'
import { refreshToken } from './grants/refresh-token.ts'
import { OAuthError } from './oauth-error.ts'
import { revokeFamilyOf } from './refresh-tokens.store.ts'
import { readTokenRequest } from './token-request.ts'

const grants = {
  client_credentials: clientCredentials,
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
}
type GrantType = keyof typeof grants

/** `POST /oauth/token` and `POST /oauth/revoke`. */
export function tokenRoutes(context: TenantContext): Router {
  const router = Router()
  router.use(json({ limit: '64kb' }), urlencoded({ extended: false, limit: '64kb' }))

  router.post('/oauth/token', async (req, res) => {
    const body = readTokenRequest(req.body)
    const client = await authenticateClient(context, req, body)
    const grantType = body.grant_type
    if (!isGrantType(grantType)) {
      throw new OAuthError(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`)
    }
    allowGrant(client, grantType)
    const dpopThumbprint = await readDpop(context, req)
    const answer = await grants[grantType](context, { origin: originOf(context, req), client, body, dpopThumbprint })
    // RFC 6749 §5.1; Auth0 names no charset here.
    res.setHeader('Content-Type', 'application/json').setHeader('Cache-Control', 'no-store')
    res.setHeader('Pragma', 'no-cache').send(Buffer.from(JSON.stringify(answer)))
  })

  router.post('/oauth/revoke', async (req, res) => {
    const body = readTokenRequest({ grant_type: 'revoke', ...req.body, refresh_token: req.body?.token })
    const client = await authenticateClient(context, req, body)
    if (body.refresh_token === undefined)
      throw new OAuthError(400, 'invalid_request', 'Missing required parameter: token')
    await revokeFamilyOf(context.db, { token: body.refresh_token, clientId: client.clientId, now: context.now() })
    res.status(200).end() // also for a token we do not know (RFC 7009 §2.2)
  })
  return router
}

const isGrantType = (name: string): name is GrantType => Object.hasOwn(grants, name)

function allowGrant({ settings }: Client, grantType: GrantType): void {
  const isPublic = settings.token_endpoint_auth_method === 'none'
  if (settings.grant_types.includes(grantType) && !(isPublic && grantType === 'client_credentials')) return
  throw new OAuthError(
    403,
    'unauthorized_client',
    `Grant type '${grantType}' not allowed for the client.`,
    'https://auth0.com/docs/clients/client-grant-types',
  )
}
