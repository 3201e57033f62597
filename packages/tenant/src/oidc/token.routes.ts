import { isIP } from 'node:net'
import { Router, json, urlencoded } from 'express'
import type { Request, RequestHandler, Response } from 'express'
import type { Client } from '../clients/clients.store.ts'
import { deviceGrant } from '../device-flow/device-flow.routes.ts'
import { addressOf, originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { authenticateClient } from './client-authentication.ts'
import { dpopThumbprint as readDpop } from './dpop.ts'
import { authorizationCode } from './grants/authorization-code.ts'
import { clientCredentials } from './grants/client-credentials.ts'
import { deviceCode } from './grants/device-code.ts'
import type { GrantRequest } from './grants/grant-request.ts'
import { mfaOtp, mfaRecoveryCode } from './grants/mfa.ts'
import { password } from './grants/password.ts'
import { passwordlessOtp } from './grants/passwordless.ts'
import { refreshToken } from './grants/refresh-token.ts'
import { OAuthError } from './oauth-error.ts'
import { revokeFamilyOf } from './refresh-tokens.store.ts'
import { readTokenRequest } from './token-request.ts'

type Grant = (context: TenantContext, request: GrantRequest) => Promise<Record<string, unknown>>

const grants = new Map<string, Grant>([
  ['client_credentials', clientCredentials],
  ['authorization_code', authorizationCode],
  ['refresh_token', refreshToken],
  ['password', password],
  ['http://auth0.com/oauth/grant-type/password-realm', password],
  ['http://auth0.com/oauth/grant-type/passwordless/otp', passwordlessOtp],
  ['http://auth0.com/oauth/grant-type/mfa-otp', mfaOtp],
  ['http://auth0.com/oauth/grant-type/mfa-recovery-code', mfaRecoveryCode],
  [deviceGrant, deviceCode],
])

/** `POST /oauth/token` and `POST /oauth/revoke`. */
export function tokenRoutes(context: TenantContext): Router {
  const router = Router()
  const bodies: RequestHandler[] = [json({ limit: '64kb' }), urlencoded({ extended: false, limit: '64kb' })]

  router.post('/oauth/token', ...bodies, async (req: Request, res: Response) => {
    const body = readTokenRequest(req.body)
    const client = await authenticateClient(context, req, body)
    const grant = grants.get(body.grant_type)
    if (!grant) throw new OAuthError(403, 'unsupported_grant_type', `Unsupported grant type: ${body.grant_type}`)
    allowGrant(client, body.grant_type)
    const request = {
      origin: originOf(context, req),
      client,
      body,
      dpopThumbprint: await readDpop(context, req),
      ip: personsAddress(req, client),
      userAgent: req.headers['user-agent'],
    }
    const answer = await grant(context, request).catch((error: unknown) => {
      noteRefusal(context, request, error)
      throw error
    })
    // RFC 6749 §5.1; Auth0 names no charset here.
    res.setHeader('Content-Type', 'application/json').setHeader('Cache-Control', 'no-store')
    res.setHeader('Pragma', 'no-cache').end(JSON.stringify(answer))
  })

  router.post('/oauth/revoke', ...bodies, async (req: Request, res: Response) => {
    const body = readTokenRequest({ grant_type: 'revoke', ...req.body, refresh_token: req.body?.token })
    const client = await authenticateClient(context, req, body)
    if (body.refresh_token === undefined)
      throw new OAuthError(400, 'invalid_request', 'Missing required parameter: token')
    await revokeFamilyOf(context.db, { token: body.refresh_token, clientId: client.clientId, now: context.now() })
    res.status(200).end() // also for a token we do not know (RFC 7009 §2.2)
  })
  return router
}

/** The others write down themselves what went wrong: they know of whom. */
const failures: Record<string, string> = { client_credentials: 'feccft', authorization_code: 'feacft' }

function noteRefusal({ logs }: TenantContext, { client, body, ip, userAgent }: GrantRequest, error: unknown): void {
  const type = failures[body.grant_type]
  if (type === undefined || !(error instanceof OAuthError)) return
  logs.write({
    type,
    description: error.message,
    client_id: client.clientId,
    client_name: client.name,
    ip,
    user_agent: userAgent,
    audience: body.audience,
    scope: body.scope,
  })
}

/**
 * Whose guesses are counted: those of whoever sits before the application, if it is one that proves itself and that its makers trust to say so
 * (Auth0, "auth0-forwarded-for").
 */
function personsAddress(req: Request, { settings }: Client): string {
  const told = req.headers['auth0-forwarded-for']
  const isTrusted = settings.is_token_endpoint_ip_header_trusted === true && settings.token_endpoint_auth_method !== 'none' // prettier-ignore
  return isTrusted && typeof told === 'string' && isIP(told) !== 0 ? told : addressOf(req)
}

function allowGrant({ settings }: Client, grantType: string): void {
  const isPublic = settings.token_endpoint_auth_method === 'none'
  if (settings.grant_types.includes(grantType) && !(isPublic && grantType === 'client_credentials')) return
  throw new OAuthError(
    403,
    'unauthorized_client',
    `Grant type '${grantType}' not allowed for the client.`,
    'https://auth0.com/docs/clients/client-grant-types',
  )
}
