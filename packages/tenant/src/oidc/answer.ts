import type { Request, Response } from 'express'
import type { Client } from '../clients/clients.store.ts'
import { sha256, unguessable } from '../hashing.ts'
import type { OrganizationRow } from '../organizations/organizations.store.ts'
import { postForm, postToOpener } from '../pages/response-pages.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { touchSession } from '../sessions/sessions.store.ts'
import type { Session } from '../sessions/sessions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { UserRow } from '../users/users.store.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { issueIdToken } from './issue-tokens.ts'
import { scopesOf } from './token-request.ts'
import { forToken, issueForUser } from './user-grant.ts'

const codeLifetimeMs = 60_000

/** Gives the application what it asked for, for whoever the session belongs to. */
export async function answer(
  context: TenantContext,
  {
    req,
    res,
    request,
    client,
    session,
    user,
    organization,
  }: {
    req: Request
    res: Response
    request: AuthorizationRequest
    client: Client
    session: Session
    user: UserRow
    organization: OrganizationRow | undefined
  },
): Promise<void> {
  const now = context.now()
  await touchSession(context.db, {
    sessionId: session.session_id,
    clientId: client.clientId,
    ip: addressOf(req),
    userAgent: req.headers['user-agent'],
    now,
  })
  const types = request.responseType.split(' ')
  const result: Record<string, string> = {}
  if (types.includes('code')) {
    const code = unguessable()
    await context.db
      .insertInto('authorization_codes')
      .values({
        code_hash: sha256(code),
        client_id: client.clientId,
        user_id: user.user_id,
        session_id: session.session_id,
        request: JSON.stringify({ ...request, organization: organization?.id }),
        used_at: null,
        replayed_at: null,
        family_id: null,
        expires_at: new Date(now.getTime() + codeLifetimeMs),
      })
      .execute()
    result.code = code
  }
  const grant = {
    origin: originOf(context, req),
    client,
    user,
    organization: await forToken(context, organization),
    audience: request.audience,
    scopes: scopesOf(request.scope),
    sessionId: session.session_id,
    nonce: request.nonce,
    authenticatedAt: session.authenticated_at,
    amr: session.amr,
    dpopThumbprint: undefined,
  }
  if (types.includes('token')) {
    const { access_token: token, expires_in: lifetime } = await issueForUser(context, grant)
    Object.assign(result, { access_token: String(token), expires_in: String(lifetime), token_type: 'Bearer' })
  }
  if (types.includes('id_token')) {
    const beside = { code: result.code, accessToken: result.access_token }
    result.id_token = await issueIdToken(context, { ...grant, beside })
  }
  respond(res, request, result)
}

/** Sends an answer the way the request asked for; the request's redirect address is known to be the application's. */
export function respond(res: Response, request: AuthorizationRequest, content: Record<string, string>): void {
  const fields = { ...content, ...(request.state !== undefined && { state: request.state }) }
  res.setHeader('Cache-Control', 'no-store')
  if (request.responseMode === 'web_message') {
    return postToOpener(res, { answer: fields, targetOrigin: new URL(request.redirectUri).origin })
  }
  if (request.responseMode === 'form_post') return postForm(res, { answer: fields, redirectUri: request.redirectUri })
  const target = new URL(request.redirectUri)
  const encoded = new URLSearchParams(fields)
  if (request.responseMode === 'fragment') target.hash = encoded.toString()
  else for (const [name, value] of encoded) target.searchParams.append(name, value)
  res.redirect(302, target.href)
}
