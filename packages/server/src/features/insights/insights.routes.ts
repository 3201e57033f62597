import { ActivityQuery, BreakdownQuery, FieldValuesQuery, findUserField } from '@rollcall/contracts/admin-api'
import { Conflict, InvalidInput, parse } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import { checkVisible } from '../../custom-fields/refuse.ts'
import { userSource, type UserSourceDeps } from '../users/user-source.ts'
import { breakDownUsers } from './break-down-users.ts'
import { listActivity } from './list-activity.ts'
import { listFieldValues } from './list-field-values.ts'
import { listMetadataPaths } from './list-metadata-paths.ts'

/** What only a copy can answer: the tenant groups and counts nothing. */
export function insightsRoutes({
  guard,
  fields,
  ...deps
}: UserSourceDeps & { guard: RequestHandler; fields: CustomFields }): Router {
  const router = Router()
  const directory = async () => {
    const source = await userSource(deps)
    if (source.kind === 'directory') return source
    throw new Conflict('directory-needed', 'This is answered from Rollcall’s directory, and it has not been filled.')
  }

  router
    .route('/users/breakdown')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      const query = { ...parse(BreakdownQuery, req.query, 'query'), sight }
      res.json(await breakDownUsers(await directory(), query, new Date()))
    })
  router
    .route('/users/field-values')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      const { field, starts } = parse(FieldValuesQuery, req.query, 'query')
      const known = findUserField(field)
      if (!known) {
        const message = 'Expected a field of the filter language.'
        throw new InvalidInput('field-unknown', `There is no field ${field}.`, [{ path: 'query.field', message }])
      }
      checkVisible([known], sight)
      res.json(await listFieldValues((await directory()).db, known, starts))
    })
  router
    .route('/users/metadata-paths')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:users'))
      res.json(await listMetadataPaths((await directory()).db, sight))
    })
  router
    .route('/activity')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await listActivity((await directory()).db, parse(ActivityQuery, req.query, 'query'), new Date()))
    })
  return router
}
