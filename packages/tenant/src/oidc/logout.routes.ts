import { isStorable } from '../storable.ts'
import { Router, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { findClient } from '../clients/clients.store.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { endSession } from '../sessions/sessions.store.ts'
import { issuersOf } from '../tenant-context.ts'
import type { TenantContext } from '../tenant-context.ts'
import { sessionOf } from '../sign-in/session-of.ts'
import { clearCookie, sessionCookie } from './cookies.ts'
import { html } from '../pages/html.ts'
import { showErrorPage, showNotice, showPage } from '../pages/page.ts'

/** Signing out: Auth0's `/v2/logout`, and `/oidc/logout` (OIDC RP-Initiated Logout). Leads only where the application said it may. */
export function logoutRoutes(context: TenantContext): Router {
  const router = Router()

  router.get('/v2/logout', async (req, res) => {
    const clientId = textOf(req.query.client_id)
    const returnTo = textOf(req.query.returnTo)
    const allowed = await allowedUrlsOf(context, clientId)
    const target = returnTo ?? allowed[0]
    if (target !== undefined && !isAllowed(target, allowed)) {
      return showErrorPage(res, {
        status: 400,
        title: 'This sign-out link is not valid',
        detail: `The "returnTo" address ${target} is not in the list of allowed logout URLs of the application.`,
      })
    }
    await end(context, req, res)
    if (target === undefined) return showSignedOut(res)
    res.redirect(302, target)
  })

  const rpInitiated = async (req: Request, res: Response) => {
    const params = (req.method === 'POST' ? (req.body ?? {}) : req.query) as Record<string, unknown>
    const hint = textOf(params.id_token_hint)
    const hinted = hint === undefined ? undefined : await readHint(context, hint)
    if (hint !== undefined && hinted === undefined) {
      return showErrorPage(res, {
        status: 400,
        title: 'This sign-out link is not valid',
        detail: 'The id_token_hint is not a token of this tenant.',
      })
    }
    const clientId = textOf(params.client_id) ?? hinted?.clientId
    const target = textOf(params.post_logout_redirect_uri)
    if (target !== undefined && !isAllowed(target, await allowedUrlsOf(context, clientId))) {
      return showErrorPage(res, {
        status: 400,
        title: 'This sign-out link is not valid',
        detail: `The post_logout_redirect_uri ${target} is not in the list of allowed logout URLs of the application.`,
      })
    }
    const session = await sessionOf(context, req)
    const isAskedByPerson = req.method === 'POST' && params.confirmed === 'yes'
    // Without a token that proves the request to be about this session, any page could sign people out.
    if (session && hinted?.sessionId !== session.session_id && !isAskedByPerson) {
      const fields = { ...params, confirmed: 'yes' }
      return askToSignOut(res, { fields, target })
    }
    await end(context, req, res)
    if (target === undefined) return showSignedOut(res)
    const url = new URL(target)
    const state = textOf(params.state)
    if (state !== undefined) url.searchParams.set('state', state)
    res.redirect(302, url.href)
  }
  router.get('/oidc/logout', rpInitiated)
  router.post('/oidc/logout', urlencoded({ extended: false, limit: '64kb' }), rpInitiated)
  return router
}

async function end(context: TenantContext, req: Request, res: Response): Promise<void> {
  const session = await sessionOf(context, req)
  if (session) {
    await endSession(context.db, session.session_id)
    const about = { user_id: session.user_id, ip: addressOf(req), user_agent: req.headers['user-agent'] }
    context.logs.write({ ...about, type: 'slo', description: 'User successfully logged out', client_id: textOf(req.query.client_id) }) // prettier-ignore
  }
  clearCookie(res, originOf(context, req), sessionCookie)
  res.setHeader('Cache-Control', 'no-store')
}

async function allowedUrlsOf({ db }: TenantContext, clientId: string | undefined): Promise<string[]> {
  const client = clientId === undefined ? undefined : await findClient(db, clientId)
  return client?.settings.allowed_logout_urls ?? []
}

/** Query and fragment are not compared; case in the path is (Auth0, "Redirect users after logout"). */
function isAllowed(target: string, allowed: string[]): boolean {
  const plain = (address: string) => {
    if (!URL.canParse(address)) return undefined
    const { protocol, host, pathname } = new URL(address)
    return `${protocol}//${host}${pathname}`
  }
  const wanted = plain(target)
  return wanted !== undefined && allowed.some((address) => plain(address) === wanted)
}

/** An id token that has expired still says whose session it was of. */
async function readHint(
  context: TenantContext,
  token: string,
): Promise<{ clientId: string; sessionId: string | undefined } | undefined> {
  try {
    const key = await context.keys.verificationKey(decodeProtectedHeader(token).kid ?? '')
    if (!key) return undefined
    const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] })
    const claims = JSON.parse(Buffer.from(payload).toString('utf8')) as { iss: string; aud: string; sid?: string }
    return issuersOf(context).includes(claims.iss) ? { clientId: claims.aud, sessionId: claims.sid } : undefined
  } catch {
    return undefined // not a token, or not signed by us: the caller is told so
  }
}

function askToSignOut(
  res: Response,
  { fields, target }: { fields: Record<string, unknown>; target: string | undefined },
): void {
  const inputs = Object.entries(fields)
    .filter((field): field is [string, string] => typeof field[1] === 'string')
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  showPage(res, {
    title: 'Sign out',
    formTargets: target === undefined ? [] : [new URL(target).origin],
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Sign out?</h1>
      <p>An application asks to sign you out of this browser.</p>
      <form method="post" action="/oidc/logout">
        ${inputs}
        <button type="submit">Sign out</button>
      </form>`,
  })
}

const showSignedOut = (res: Response): void =>
  showNotice(res, { title: 'You are signed out', detail: 'You can close this page.' })

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 8192 && isStorable(value) ? value : undefined
