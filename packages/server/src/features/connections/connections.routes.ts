import type { ConnectionList } from '@rollcall/contracts/admin-api'
import type { TenantClient } from '@rollcall/tenant-client'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { presentConnections } from '../../connections/present-connection.ts'

export interface ConnectionsDeps {
  guard: RequestHandler
  tenant: Pick<TenantClient, 'connections'>
}

/** Where new users can be made: for whoever may make some. */
export function connectionsRoutes({ guard, tenant }: ConnectionsDeps): Router {
  const router = Router()
  router
    .route('/connections')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'create:users')
      const list: ConnectionList = { connections: presentConnections(await tenant.connections()) }
      res.json(list)
    })
  return router
}
