import { Router, type RequestHandler } from 'express'
import { actorOf } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { getMe, type GetMeDeps } from './get-me.ts'

export type MeDeps = GetMeDeps & { guard: RequestHandler }

export function meRoutes({ guard, ...deps }: MeDeps): Router {
  const router = Router()
  router
    .route('/me')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      res.json(await getMe(deps, actorOf(req)))
    })
  return router
}
