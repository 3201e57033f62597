import { DeletedUsersQuery } from '@rollcall/contracts/admin-api'
import { parse } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { recorded } from '../../actions/actions.routes.ts'
import type { ActionDeps } from '../../actions/deps.ts'
import { listDeletedUsers } from './list-deleted-users.ts'
import { reportDeletedUsers } from './report-deleted-users.ts'

export function recycleBinRoutes({ guard, actions }: { guard: RequestHandler; actions: ActionDeps | undefined }): Router {
  const router = Router()

  router
    .route('/deleted-users')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      const query = parse(DeletedUsersQuery, req.query, 'query')
      const { store, bin, programNames, tenant } = recorded(actions)
      res.json(await listDeletedUsers({ db: store.db, bin, programNames, tenant: tenant.origin }, query))
    })

  router
    .route('/deleted-users/report')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      const { store, bin, programNames, tenant } = recorded(actions)
      res.json(await reportDeletedUsers({ db: store.db, bin, programNames, tenant: tenant.origin }, new Date()))
    })

  return router
} // prettier-ignore
