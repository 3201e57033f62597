import { AccessQuery, TimelineQuery, UserId, type Permission } from '@rollcall/contracts/admin-api'
import { parse } from '@rollcall/http-kit'
import { Router, type Request, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import type { Store } from '../../store/open-store.ts'
import type { UserSourceDeps } from '../users/user-source.ts'
import { countParts } from './count-parts.ts'
import { explainAccess } from './explain-access.ts'
import { findRelated } from './find-related.ts'
import { listBlocks } from './list-blocks.ts'
import { listFactors } from './list-factors.ts'
import { listIdentities } from './list-identities.ts'
import { listOrganizations } from './list-organizations.ts'
import { listPermissions } from './list-permissions.ts'
import { listRoles } from './list-roles.ts'
import { listRefreshTokens, listSessions } from './list-sign-ins.ts'
import { listTimeline } from './list-timeline.ts'

export interface UserPageRoutesDeps extends UserSourceDeps {
  guard: RequestHandler
  /** Absent: no audit log is kept here. */
  store: Store | undefined
}

/** What there is to one user, part by part: each is asked for and answered, or refused, by itself. */
export function userPageRoutes({ guard, store, ...deps }: UserPageRoutesDeps): Router {
  const router = Router()
  const part = (
    name: string,
    read: (userId: string, req: Request) => Promise<object>,
    permission: Permission = 'read:users',
  ) =>
    router
      .route(`/users/:userId/${name}`)
      .all(only('GET'), guard)
      .get(async (req, res) => {
        allow(actorOf(req), permission)
        res.json(await read(parse(UserId, req.params.userId, 'path.userId'), req))
      })

  part('summary', (userId) => countParts(deps, userId, new Date()))
  part('identities', (userId) => listIdentities(deps, userId))
  part('roles', (userId) => listRoles(deps, userId))
  part('permissions', (userId) => listPermissions(deps, userId))
  part('access', (userId, req) =>
    explainAccess(deps, { userId, ...parse(AccessQuery, req.query, 'query') }, new Date()),
  )
  part('organizations', (userId) => listOrganizations(deps, userId))
  part('sessions', (userId) => listSessions(deps, userId))
  part('refresh-tokens', (userId) => listRefreshTokens(deps, userId))
  part('factors', (userId) => listFactors(deps, userId))
  part('blocks', (userId) => listBlocks(deps, userId))
  part('related', (userId) => findRelated(deps, userId, new Date()))
  part(
    'timeline',
    (userId, req) => {
      const query = parse(TimelineQuery, req.query, 'query')
      const actor = actorOf(req)
      if (query.kind === 'staff') allow(actor, 'read:audit')
      const audit = actor.permissions.has('read:audit') ? store?.db : undefined
      return listTimeline({ tenant: deps.tenant, audit }, { userId, ...query }, new Date())
    },
    'read:logs',
  )
  return router
}
