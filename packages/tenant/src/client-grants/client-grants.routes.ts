import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { prefixedId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { paged, pagingQuery } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import { findResourceServer, toAudience, toIdentifier } from '../resource-servers/resource-servers.store.ts'
import type { TenantContext } from '../tenant-context.ts'

const scope = z.array(z.string().min(1).max(280)).describe('Scopes allowed for this client grant.')
const CreateBody = z.strictObject({
  client_id: z.string().min(1).max(128).describe('ID of the client.'),
  audience: z.string().min(1).max(600).describe('The audience (API identifier) of this client grant'),
  scope: scope.default([]),
})
const UpdateBody = z.strictObject({ scope: scope.optional() })
const ListQuery = z.strictObject({ ...pagingQuery, client_id: z.string().optional(), audience: z.string().optional() })

const missing = () => new ManagementError(404, 'The grant does not exist.', 'inexistent_client_grant')

/** Everything under `/client-grants`: what applications may have of an API without a person. */
export function clientGrantsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const columns = ['id', 'client_id', 'audience', 'scope'] as const
  const present = (req: Request, grant: { id: string; client_id: string; audience: string; scope: string[] }) => ({
    ...grant,
    audience: toAudience(originOf(context, req), grant.audience),
    subject_type: 'client',
  })
  const requireScopes = async (identifier: string, scopes: string[]) => {
    const api = await findResourceServer(db, identifier)
    if (!api) throw new ManagementError(404, 'The resource server does not exist', 'inexistent_resource_server')
    const unknown = scopes.find((name) => !api.scopes.some(({ value }) => value === name))
    if (unknown !== undefined)
      throw badRequest(`The following scopes are not defined in the API: ${unknown}`, 'invalid_scope')
  }

  router.get('/client-grants', async (req, res) => {
    requireScope(req, 'read:client_grants')
    const query = validate(ListQuery, req.query, 'query')
    const { client_id: clientId, audience } = query
    const rows = await db
      .selectFrom('client_grants')
      .select(columns)
      .$if(clientId !== undefined, (grants) => grants.where('client_id', '=', clientId ?? ''))
      .$if(audience !== undefined, (grants) =>
        grants.where('audience', '=', toIdentifier(context.origins(), audience ?? '')),
      )
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    const from = query.page * query.per_page
    const items = rows.slice(from, from + query.per_page).map((row) => present(req, row))
    res.json(paged(query, { name: 'client_grants', items, total: rows.length }))
  })

  router.post('/client-grants', async (req, res) => {
    requireScope(req, 'create:client_grants')
    const body = validate(CreateBody, req.body, 'body')
    const identifier = toIdentifier(context.origins(), body.audience)
    if (!(await findClient(db, body.client_id)))
      throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
    await requireScopes(identifier, body.scope)
    const row = await db
      .insertInto('client_grants')
      .values({
        id: prefixedId('cgr'),
        client_id: body.client_id,
        audience: identifier,
        scope: body.scope,
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning(columns)
      .executeTakeFirst()
    if (!row) throw new ManagementError(409, 'A resource with this identifier already exists.', 'client_grant_conflict')
    res.status(201).json(present(req, row))
  })

  router.patch('/client-grants/:id', async (req, res) => {
    requireScope(req, 'update:client_grants')
    const { scope: wanted } = validate(UpdateBody, req.body, 'body')
    const before = await db
      .selectFrom('client_grants')
      .select(columns)
      .where('id', '=', req.params.id)
      .executeTakeFirst()
    if (!before) throw missing()
    if (wanted) {
      await requireScopes(before.audience, wanted)
      await db.updateTable('client_grants').set({ scope: wanted }).where('id', '=', before.id).execute()
    }
    res.json(present(req, { ...before, scope: wanted ?? before.scope }))
  })

  router.delete('/client-grants/:id', async (req, res) => {
    requireScope(req, 'delete:client_grants')
    await db.deleteFrom('client_grants').where('id', '=', req.params.id).execute()
    res.status(204).end()
  })
  return router
}
