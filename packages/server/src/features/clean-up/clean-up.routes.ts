import type { CleanUp } from '@rollcall/contracts/admin-api'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'

export interface CleanUpDeps {
  guard: RequestHandler
  cleanUp: CleanUp
}

/** Whom to look at, and what is suggested: for whoever may see users. */
export function cleanUpRoutes({ guard, cleanUp }: CleanUpDeps): Router {
  const router = Router()
  router
    .route('/clean-up')
    .all(only('GET'), guard)
    .get((req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(cleanUp)
    })
  return router
}
