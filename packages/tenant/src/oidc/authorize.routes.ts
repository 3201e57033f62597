import { Router, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { showErrorPage } from '../pages/page.ts'
import { addressOf } from '../request-origin.ts'
import type { Session } from '../sessions/sessions.store.ts'
import { nextStep } from '../sign-in/next-step.ts'
import type { Step } from '../sign-in/next-step.ts'
import { loginPage, pageOf } from '../sign-in/proceed.ts'
import { progressOf, sessionOf } from '../sign-in/session-of.ts'
import { startSignIn } from '../sign-in/transactions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { answer, respond } from './answer.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { AuthorizationFailed, AuthorizationRefused, readAuthorizationRequest } from './read-authorization-request.ts'
import { takePushedRequest } from './pushed-requests.ts'

/** What a request that may show no page is told in place of each (OIDC Core §3.1.2.6). */
const silentErrors: Record<Exclude<Step['step'], 'refuse' | 'answer'>, [error: string, description: string]> = {
  'find-organization': ['interaction_required', 'Organization selection required'],
  login: ['login_required', 'Login required'],
  'choose-organization': ['interaction_required', 'Organization selection required'],
  challenge: ['interaction_required', 'Multifactor authentication required'],
  enrol: ['interaction_required', 'Multifactor authentication required'],
  consent: ['consent_required', 'Consent required'],
}

/** `/authorize`: answers at once for whoever is signed in, and otherwise begins a sign-in. */
export function authorizeRoutes(context: TenantContext): Router {
  const router = Router()

  const authorize = async (req: Request, res: Response) => {
    const given = ((req.method === 'POST' ? req.body : req.query) ?? {}) as Record<string, unknown>
    try {
      const { params, isPushed } = await takePushedRequest(context, given)
      const { request, client } = await readAuthorizationRequest(context, params, { isPushed })
      const session = await sessionOf(context, req)
      const kept = session && isFreshEnough(context, request, session) ? session : undefined
      const progress = kept ? progressOf(kept) : {}
      const next = await nextStep(context, { request, client, progress })
      if (next.step === 'answer' && kept) {
        if (request.prompt === 'none')
          context.logs.write({ type: 'ssa', description: 'Successful silent authentication', client_id: client.clientId, client_name: client.name, ip: addressOf(req), user_agent: req.headers['user-agent'], user_id: kept.user_id }) // prettier-ignore
        return await answer(context, { req, res, request, client, session: kept, ...next })
      }
      if (next.step === 'refuse') throw new AuthorizationFailed(request, next.error, next.description)
      const step = next.step === 'answer' ? 'login' : next.step
      if (request.prompt === 'none') throw new AuthorizationFailed(request, ...silentErrors[step])
      const state = await startSignIn(context, { req, res, request, progress })
      const page = step === 'login' ? await loginPage(context, { request, client, progress }) : pageOf[step]
      res.redirect(302, `${page}?state=${state}`)
    } catch (error) {
      if (error instanceof AuthorizationRefused) {
        return showErrorPage(res, { status: 400, title: 'This sign-in request is not valid', detail: error.message })
      }
      if (!(error instanceof AuthorizationFailed)) throw error
      const { request } = error
      const isSilent = request.prompt === 'none'
      context.logs.write({ type: isSilent ? 'fsa' : 'f', description: error.message, client_id: request.clientId, ip: addressOf(req), user_agent: req.headers['user-agent'] }) // prettier-ignore
      respond(res, request, { error: error.error, error_description: error.message })
    }
  }
  router.get('/authorize', authorize)
  router.post('/authorize', urlencoded({ extended: false, limit: '64kb' }), authorize)
  return router
}

function isFreshEnough({ now }: TenantContext, request: AuthorizationRequest, session: Session): boolean {
  const { prompt, maxAge } = request
  if (prompt === 'login' || prompt === 'select_account') return false
  return maxAge === undefined || now().getTime() - session.authenticated_at.getTime() <= maxAge * 1000
}
