import { pipeline } from 'node:stream/promises'
import {
  CountUsersQuery,
  ExportUsersQuery,
  ListUsersQuery,
  RefreshUsersQuery,
  UserId,
} from '@rollcall/contracts/admin-api'
import { parse, TooManyRequests } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { fromOf, recorded } from '../../actions/actions.routes.ts'
import type { ActionDeps } from '../../actions/deps.ts'
import { runAction } from '../../actions/run-action.ts'
import { deleteUser } from '../../actions/user/delete-user.ts'
import { hasReaderLeft } from '../../has-reader-left.ts'
import { exportUsers } from './export-users.ts'
import { getUser } from './get-user.ts'
import { countUsers, listUsers, refreshUsers } from './list-users.ts'
import type { UserSourceDeps } from './user-source.ts'

export type UsersDeps = UserSourceDeps & { guard: RequestHandler; actions: ActionDeps | undefined }

export function usersRoutes({ guard, actions, ...deps }: UsersDeps): Router {
  const router = Router()
  let exportsUnderWay = 0

  router
    .route('/users')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await listUsers(deps, parse(ListUsersQuery, req.query, 'query'), new Date()))
    })

  router
    .route('/users/count')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await countUsers(deps, parse(CountUsersQuery, req.query, 'query').filter, new Date()))
    })

  router
    .route('/users/refresh')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await refreshUsers(deps, parse(RefreshUsersQuery, req.query, 'query')))
    })

  router
    .route('/users/export')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'export:users')
      const query = parse(ExportUsersQuery, req.query, 'query')
      if (exportsUnderWay >= mostExports) {
        throw new TooManyRequests('too-many-exports', `${mostExports} exports are under way; ask again when one is done.`, 10) // prettier-ignore
      }
      exportsUnderWay += 1
      try {
        const { total, content } = await exportUsers(deps, query, new Date())
        res.setHeader('Content-Type', contentTypes[query.format])
        res.setHeader('Content-Disposition', `attachment; filename="users.${query.format}"`)
        res.setHeader('X-Total-Count', total)
        await pipeline(content, res)
      } catch (error) {
        if (!hasReaderLeft(error)) throw error
      } finally {
        exportsUnderWay -= 1
      }
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
      const userId = parse(UserId, req.params.userId, 'path.userId')
      // The same as POST /users/:userId/actions/user.delete, for scripts that know REST.
      await runAction(recorded(actions), { action: deleteUser, actor, userId, params: {}, from: fromOf(req) })
      res.status(204).end()
    })

  return router
}

/** Each holds a connection to the database for as long as its reader takes; lists need some too. */
const mostExports = 3

const contentTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
}
