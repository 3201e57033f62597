import { Router } from 'express'
import { deviceGrant } from '../device-flow/device-flow.routes.ts'
import { originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { dpopAlgorithms } from './dpop.ts'
import { oidcScopes } from './issue-tokens.ts'

/** Metadata (OIDC Discovery §4, RFC 8414 §3) and keys (RFC 7517 §5). Public: any page may read them. */
export function discoveryRoutes(context: TenantContext): Router {
  const router = Router()
  router.use('/.well-known', (_req, res, next) => {
    res.setHeader('Access-Control-Allow-Origin', '*')
    next()
  })
  router.get(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'], (req, res) => {
    const origin = originOf(context, req)
    res.json({
      issuer: `${origin}/`,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/oauth/token`,
      userinfo_endpoint: `${origin}/userinfo`,
      jwks_uri: `${origin}/.well-known/jwks.json`,
      device_authorization_endpoint: `${origin}/oauth/device/code`,
      pushed_authorization_request_endpoint: `${origin}/oauth/par`,
      mfa_challenge_endpoint: `${origin}/mfa/challenge`,
      revocation_endpoint: `${origin}/oauth/revoke`,
      end_session_endpoint: `${origin}/oidc/logout`,
      scopes_supported: oidcScopes,
      response_types_supported: ['code', 'token', 'id_token', 'code id_token', 'token id_token'],
      response_modes_supported: ['query', 'fragment', 'form_post', 'web_message'],
      grant_types_supported: [
        'authorization_code',
        'client_credentials',
        'refresh_token',
        'implicit',
        'password',
        deviceGrant,
      ],
      code_challenge_methods_supported: ['S256', 'plain'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'PS256'],
      dpop_signing_alg_values_supported: dpopAlgorithms,
      claims_supported: [
        'aud',
        'auth_time',
        'email',
        'email_verified',
        'exp',
        'family_name',
        'given_name',
        'iat',
        'iss',
        'name',
        'nickname',
        'phone_number',
        'picture',
        'sub',
        'updated_at',
      ],
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    })
  })
  router.get('/.well-known/jwks.json', async (_req, res) => {
    // Guards keep what they fetched for minutes: the next key is in the answer before it signs.
    res.setHeader('Cache-Control', 'public, max-age=15').json({ keys: await context.keys.published() })
  })
  return router
}
