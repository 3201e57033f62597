import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { PagingQuery, pagedOf } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import { toAudience, toIdentifier } from '../resource-servers/resource-servers.store.ts'
import type { TenantContext } from '../tenant-context.ts'

const ListQuery = z.object({
  ...PagingQuery.shape,
  user_id: z.string().max(320).optional(),
  client_id: z.string().max(128).optional(),
  audience: z.string().max(600).optional(),
})

/** What people have agreed that applications of others may do for them. */
export function grantsRoutes(context: TenantContext): Router {
  const { db } = context
  const router = Router()

  router.get('/grants', async (req, res) => {
    requireScope(req, 'read:grants')
    const query = validate(ListQuery, req.query, 'query')
    const audience = query.audience === undefined ? undefined : toIdentifier(context.origins(), query.audience)
    const rows = await db
      .selectFrom('consents')
      .selectAll()
      .$if(query.user_id !== undefined, (some) => some.where('user_id', '=', query.user_id ?? ''))
      .$if(query.client_id !== undefined, (some) => some.where('client_id', '=', query.client_id ?? ''))
      .$if(audience !== undefined, (some) => some.where('audience', '=', audience ?? ''))
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    const origin = originOf(context, req)
    const all = rows.map((row) => ({
      id: row.id,
      clientID: row.client_id,
      user_id: row.user_id,
      audience: row.audience === '' ? `${origin}/userinfo` : toAudience(origin, row.audience),
      scope: row.scope,
    }))
    res.json(pagedOf(query, { name: 'grants', all }))
  })

  router.delete('/grants', async (req, res) => {
    requireScope(req, 'delete:grants')
    const { user_id: userId } = validate(z.looseObject({ user_id: z.string().min(1).max(320) }), req.query, 'query')
    await db.deleteFrom('consents').where('user_id', '=', userId).execute()
    res.status(204).end()
  })

  router.delete('/grants/:id', async (req, res) => {
    requireScope(req, 'delete:grants')
    await db.deleteFrom('consents').where('id', '=', req.params.id).execute()
    res.status(204).end()
  })
  return router
}
