import { Router } from 'express'
import { codePagesRoutes } from '../passwordless/code-pages.routes.ts'
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
  router.use(loginRoutes(context), signupRoutes(context), accountLinksRoutes(context), codePagesRoutes(context))
  router.use(mfaRoutes(context), consentRoutes(context), organizationRoutes(context))
  return router
}
