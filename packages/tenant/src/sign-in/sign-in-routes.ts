import { noteFailure, toRollcallError } from '@rollcall/http-kit'
import { Router } from 'express'
import type { ErrorRequestHandler } from 'express'
import { codePagesRoutes } from '../passwordless/code-pages.routes.ts'
import { isOvertaken } from '../overtaken.ts'
import { ownPagesOnly } from '../pages/own-pages-only.ts'
import { showErrorPage } from '../pages/page.ts'
import type { TenantContext } from '../tenant-context.ts'
import { accountLinksRoutes } from './account-links.routes.ts'
import { consentRoutes } from './consent.routes.ts'
import { loginRoutes } from './login.routes.ts'
import { mfaRoutes } from './mfa.routes.ts'
import { organizationRoutes } from './organization.routes.ts'
import { signupRoutes } from './signup.routes.ts'

/** The pages people meet on their way in. */
export function signInRoutes(context: TenantContext): Router {
  const router = Router()
  router.use('/u', ownPagesOnly(context))
  router.use(loginRoutes(context), signupRoutes(context), accountLinksRoutes(context), codePagesRoutes(context))
  router.use(mfaRoutes(context), consentRoutes(context), organizationRoutes(context))
  router.use('/u', pageErrors)
  return router
}

/** People are told on a page. */
const pageErrors: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  const known = toRollcallError(error)
  const isTransient = isOvertaken(error)
  if (!known && !isTransient) noteFailure(req, error)
  showErrorPage(res, {
    status: known?.status ?? (isTransient ? 409 : 500),
    title: 'This did not work',
    detail: known
      ? 'What the page sent cannot be read. Go back and try again.'
      : 'Something went wrong on our side. Go back and try again.',
  })
}
