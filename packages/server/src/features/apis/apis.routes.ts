import type { ApiList } from '@rollcall/contracts/admin-api'
import type { TenantClient } from '@rollcall/tenant-client'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'

export interface ApisDeps {
  guard: RequestHandler
  tenant: Pick<TenantClient, 'apis'>
}

/** Which permissions there are to give: for whoever may give some. */
export function apisRoutes({ guard, tenant }: ApisDeps): Router {
  const router = Router()
  router
    .route('/apis')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'manage:roles')
      res.json(await listApis({ tenant }))
    })
  return router
}

async function listApis({ tenant }: Pick<ApisDeps, 'tenant'>): Promise<ApiList> {
  const apis = await tenant.apis()
  return {
    apis: apis
      .filter(({ is_system: isSystem }) => !isSystem)
      .map(({ identifier, name, scopes }) => ({
        identifier,
        name: name || identifier,
        permissions: (scopes ?? []).map(({ value, description }) => ({
          permission: value,
          description: description || null,
        })),
      })),
  }
}
