import { isStorable } from '../storable.ts'
import { Router, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { findClient } from '../clients/clients.store.ts'
import type { Client } from '../clients/clients.store.ts'
import { databaseConnectionsOf } from '../connections/connections.store.ts'
import { isSame, sha256, unguessable } from '../hashing.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { findSession, startSession, touchSession } from '../sessions/sessions.store.ts'
import type { Session } from '../sessions/sessions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { isPassword } from '../users/password.ts'
import { findDatabaseIdentity, findUser, recordLogin } from '../users/users.store.ts'
import { AuthorizationRequest } from './authorization-request.ts'
import { browserCookie, readCookie, sessionCookie, writeCookie } from './cookies.ts'
import { issueForUser } from './user-grant.ts'
import { forgetFailures, mayAttempt } from './login-failures.store.ts'
import { postForm, postToOpener } from './pages/response-pages.ts'
import { showErrorPage, showSignInPage } from './pages/sign-in-page.ts'
import { AuthorizationFailed, AuthorizationRefused, readAuthorizationRequest } from './read-authorization-request.ts'
import { issueIdToken } from './issue-tokens.ts'
import { scopesOf } from './token-request.ts'

const codeLifetimeMs = 60_000
const signInPageLifetimeMs = 60 * 60_000

/** `/authorize` and the sign-in page behind it. */
export function authorizeRoutes(context: TenantContext): Router {
  const router = Router()
  const form = urlencoded({ extended: false, limit: '64kb' })

  const authorize = async (req: Request, res: Response) => {
    const params = (req.method === 'POST' ? req.body : req.query) as Record<string, unknown> | undefined
    try {
      const { request, client } = await readAuthorizationRequest(context, params ?? {})
      const session = await sessionOf(context, req)
      if (session && isFreshEnough(context, request, session)) {
        return await answer(context, { req, res, request, client, session })
      }
      if (request.prompt === 'none') throw new AuthorizationFailed(request, 'login_required', 'Login required')
      await askForSignIn(context, { req, res, request })
    } catch (error) {
      if (error instanceof AuthorizationRefused) {
        return showErrorPage(res, { status: 400, title: 'This sign-in request is not valid', detail: error.message })
      }
      if (!(error instanceof AuthorizationFailed)) throw error
      const { request } = error
      respond(res, request, { error: error.error, error_description: error.message })
    }
  }
  router.get('/authorize', authorize)
  router.post('/authorize', form, authorize)

  router.get('/u/login', async (req, res) => {
    const waiting = await findTransaction(context, req, req.query.state)
    if (!waiting) return showExpired(res)
    const { request, client, state } = waiting
    showSignInPage(res, {
      state,
      clientName: client.name,
      login: request.loginHint ?? '',
      redirectUri: request.redirectUri,
    })
  })

  router.post('/u/login', form, async (req, res) => {
    const fields = (req.body ?? {}) as Record<string, unknown>
    const waiting = await findTransaction(context, req, fields.state)
    if (!waiting) return showExpired(res)
    const { request, client, state } = waiting
    const login = readField(fields.username)
    const password = readField(fields.password)
    const ip = addressOf(req)
    const again = (status: number, problem: string) =>
      showSignInPage(res, { state, clientName: client.name, login, problem, status, redirectUri: request.redirectUri })

    const attempt = { login, ip, now: context.now() }
    if (!(await mayAttempt(context.db, attempt))) {
      return again(429, 'Too many attempts. Wait five minutes, then try again.')
    }
    const connections = (await databaseConnectionsOf(context.db, client.clientId))
      .map(({ name }) => name)
      .filter((name) => request.connection === undefined || name === request.connection)
    const identity = connections.length > 0 ? await findDatabaseIdentity(context.db, connections, login) : undefined
    if (!(await isPassword(identity?.password_hash, password)) || !identity) {
      return again(400, 'Wrong e-mail address, username or password.')
    }
    await forgetFailures(context.db, attempt)

    // Of two clicks on the button, one gets the transaction.
    const taken = await context.db
      .deleteFrom('login_transactions')
      .where('id_hash', '=', sha256(state))
      .executeTakeFirst()
    if (taken.numDeletedRows === 0n) return showExpired(res)
    const user = await findUser(context.db, identity.user_id)
    if (!user || user.blocked) {
      return respond(res, request, { error: 'unauthorized', error_description: 'user is blocked' })
    }
    const now = context.now()
    await recordLogin(context.db, { userId: user.user_id, ip, at: now })
    const { session, cookie } = await startSession(context.db, {
      userId: user.user_id,
      ip,
      userAgent: req.headers['user-agent'],
      now,
    })
    writeCookie(res, originOf(context, req), sessionCookie, cookie)
    await answer(context, { req, res, request, client, session })
  })
  return router
}

export async function sessionOf(context: TenantContext, req: Request): Promise<Session | undefined> {
  const cookie = readCookie(req, sessionCookie)
  return cookie === undefined ? undefined : findSession(context.db, { cookie, now: context.now() })
}

function isFreshEnough({ now }: TenantContext, { prompt, maxAge }: AuthorizationRequest, session: Session): boolean {
  if (prompt === 'login') return false
  return maxAge === undefined || now().getTime() - session.authenticated_at.getTime() <= maxAge * 1000
}

/** Keeps the request and shows the sign-in page for it, which only this browser can answer. */
async function askForSignIn(
  context: TenantContext,
  { req, res, request }: { req: Request; res: Response; request: AuthorizationRequest },
): Promise<void> {
  let browser = readCookie(req, browserCookie)
  if (browser === undefined) {
    browser = unguessable()
    writeCookie(res, originOf(context, req), browserCookie, browser)
  }
  const state = unguessable()
  await context.db
    .insertInto('login_transactions')
    .values({
      id_hash: sha256(state),
      request: JSON.stringify({ ...request, browser: sha256(browser).toString('base64url') }),
      expires_at: new Date(context.now().getTime() + signInPageLifetimeMs),
    })
    .execute()
  res.redirect(302, `/u/login?state=${state}`)
}

async function findTransaction(context: TenantContext, req: Request, state: unknown) {
  const browser = readCookie(req, browserCookie)
  if (typeof state !== 'string' || browser === undefined) return undefined
  const row = await context.db
    .selectFrom('login_transactions')
    .select('request')
    .where('id_hash', '=', sha256(state))
    .where('expires_at', '>', context.now())
    .executeTakeFirst()
  if (!row || !isSame(String(row.request.browser), sha256(browser).toString('base64url'))) return undefined
  const request = AuthorizationRequest.parse(row.request)
  const client = await findClient(context.db, request.clientId)
  return client && { request, client, state }
}

function showExpired(res: Response): void {
  showErrorPage(res, {
    status: 400,
    title: 'This sign-in page has expired',
    detail:
      'It was used already, is too old, or belongs to another browser. Go back to the application and sign in again.',
  })
}

/** Gives the application what it asked for, for whoever the session belongs to. */
async function answer(
  context: TenantContext,
  {
    req,
    res,
    request,
    client,
    session,
  }: { req: Request; res: Response; request: AuthorizationRequest; client: Client; session: Session },
): Promise<void> {
  const user = await findUser(context.db, session.user_id)
  if (!user || user.blocked)
    return respond(res, request, { error: 'unauthorized', error_description: 'user is blocked' })
  const now = context.now()
  await touchSession(context.db, { sessionId: session.session_id, clientId: client.clientId, now })
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
        request: JSON.stringify(request),
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
    audience: request.audience,
    scopes: scopesOf(request.scope),
    sessionId: session.session_id,
    nonce: request.nonce,
    authenticatedAt: session.authenticated_at,
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
function respond(res: Response, request: AuthorizationRequest, content: Record<string, string>): void {
  const answer = { ...content, ...(request.state !== undefined && { state: request.state }) }
  res.setHeader('Cache-Control', 'no-store')
  if (request.responseMode === 'web_message') {
    return postToOpener(res, { answer, targetOrigin: new URL(request.redirectUri).origin })
  }
  if (request.responseMode === 'form_post') return postForm(res, { answer, redirectUri: request.redirectUri })
  const target = new URL(request.redirectUri)
  const encoded = new URLSearchParams(answer)
  if (request.responseMode === 'fragment') target.hash = encoded.toString()
  else for (const [name, value] of encoded) target.searchParams.append(name, value)
  res.redirect(302, target.href)
}

/** What someone typed: as it is, within what a field may hold. */
function readField(value: unknown): string {
  return typeof value === 'string' && value.length <= 1024 && isStorable(value) ? value : ''
}
