import { ListUsersQuery, UserId } from '@rollcall/contracts/admin-api'
import { parse } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { deleteUser, type DeleteUserDeps } from './delete-user.ts'
import { getUser } from './get-user.ts'
import { listUsers, type ListUsersDeps } from './list-users.ts'

export type UsersDeps = ListUsersDeps & DeleteUserDeps & { guard: RequestHandler }

export function usersRoutes({ guard, ...deps }: UsersDeps): Router {
  const router = Router()

  router
    .route('/users')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await listUsers(deps, parse(ListUsersQuery, req.query, 'query')))
    })

  router
    .route('/users/:userId')
    .all(only('GET', 'DELETE'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await getUser(deps, parse(UserId, req.params.userId, 'path.userId')))
    })
    .delete(async (req, res) => {
      const actor = allow(actorOf(req), 'delete:users')
      await deleteUser(deps, actor, parse(UserId, req.params.userId, 'path.userId'))
      res.status(204).end()
    })

  return router
}
