import { CountUsersQuery, ExportUsersQuery, ListUsersQuery, RefreshUsersQuery } from '@rollcall/contracts/admin-api'
import { parse } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import { sendExports } from '../../send-exports.ts'
import { asksFor } from './asks-for.ts'
import { exportUsers } from './export-users.ts'
import { countUsers, listUsers, refreshUsers } from './list-users.ts'
import { readFilter } from './read-filter.ts'
import type { UserSourceDeps } from './user-source.ts'

export type UserListsDeps = UserSourceDeps & { guard: RequestHandler; fields: CustomFields }

/** Many users at once: what is asked for most. */
export function userListsRoutes({ guard, fields, ...deps }: UserListsDeps): Router {
  const router = Router()
  const sendExport = sendExports(3)

  router
    .route('/users')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      res.json(await listUsers(deps, { ...parse(ListUsersQuery, req.query, 'query'), sight }, new Date()))
    })

  router
    .route('/users/count')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      res.json(await countUsers(deps, { ...parse(CountUsersQuery, req.query, 'query'), sight }, new Date()))
    })

  router
    .route('/users/refresh')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      res.json(await refreshUsers(deps, { ...parse(RefreshUsersQuery, req.query, 'query'), sight }))
    })

  router
    .route('/users/export')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const actor = allow(actorOf(req), 'export:users')
      const query = { ...parse(ExportUsersQuery, req.query, 'query'), sight: fields.sightOf(actor) }
      // No export holds a note; who is found by one would tell it word by word.
      if (asksFor(readFilter(query.filter, query.sight), 'note')) allow(actor, 'read:users')
      await sendExport(res, { name: 'users', format: query.format, open: () => exportUsers(deps, query, new Date()) })
    })

  return router
}
