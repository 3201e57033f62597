import { UserId } from '@rollcall/contracts/admin-api'
import { parse } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { fromOf, recorded } from '../../actions/actions.routes.ts'
import type { ActionDeps } from '../../actions/deps.ts'
import { runAction } from '../../actions/run-action.ts'
import { deleteUser } from '../../actions/user/delete-user.ts'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import { getUser } from './get-user.ts'
import type { UserSourceDeps } from './user-source.ts'

export type UsersDeps = UserSourceDeps & {
  guard: RequestHandler
  actions: ActionDeps | undefined
  fields: CustomFields
}

/** One user; of many, user-lists.routes.ts. */
export function usersRoutes({ guard, actions, fields, ...deps }: UsersDeps): Router {
  const router = Router()

  router
    .route('/users/:userId')
    .all(only('GET', 'DELETE'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      res.json(await getUser(deps, parse(UserId, req.params.userId, 'path.userId'), sight))
    })
    .delete(async (req, res) => {
      const actor = allow(actorOf(req), 'delete:users')
      const userId = parse(UserId, req.params.userId, 'path.userId')
      // The same as POST /users/:userId/actions/user.delete, for scripts that know REST.
      await runAction(recorded(actions), { action: deleteUser, actor, userId, params: {}, from: fromOf(req) })
      res.status(204).end()
    })

  return router
}
