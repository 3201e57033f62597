import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { CheckpointQuery, checkpointed, checkpointQuery, readCheckpoint } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import { toAudience } from '../resource-servers/resource-servers.store.ts'
import type { JsonObject } from '../schema.ts'
import { MetadataBody } from '../sessions/sessions.routes.ts'
import type { TenantContext } from '../tenant-context.ts'
import { userMissing } from '../users/get-user.ts'

const RevokeBody = z.strictObject({
  ids: z.array(z.string().min(1).max(30)).min(1).max(100).optional(),
  user_id: z.string().min(1).max(300).optional(),
  client_id: z.string().min(1).max(64).optional(),
  audience: z.string().min(1).max(600).optional(),
})
const ListQuery = z.object({
  ...checkpointQuery,
  user_id: z.string().min(1).max(300),
  client_id: z.string().max(64).optional(),
})

interface Row {
  id: string
  user_id: string
  created_at: Date
  idle_expires_at: Date | null
  expires_at: Date | null
  client_id: string
  session_id: string | null
  is_rotating: boolean
  audience: string | null
  scope: string
  initial_ip: string | null
  initial_user_agent: string | null
  last_exchanged_at: Date | null
  metadata: JsonObject | null
}

const tokenMissing = () => new ManagementError(404, 'The refresh token does not exist.', 'inexistent_refresh_token')

/** Lasting access that people gave to applications. One entry stands for the whole line of tokens that rotation makes of it. */
export function refreshTokensRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const select = async (condition: RawBuilder<unknown>, limit: number): Promise<Row[]> => {
    const { rows } = await sql<Row>`
      SELECT f.id, f.user_id, f.created_at, f.expires_at, f.client_id, f.session_id, f.audience, f.scope, f.initial_ip, f.initial_user_agent,
        f.last_exchanged_at, f.metadata, coalesce(c.settings #>> '{refresh_token,rotation_type}' = 'rotating', false) AS is_rotating,
        (SELECT max(t.idle_expires_at) FROM refresh_tokens t WHERE t.family_id = f.id AND t.used_at IS NULL) AS idle_expires_at
      FROM refresh_token_families f JOIN clients c USING (client_id)
      WHERE f.revoked_at IS NULL AND (f.expires_at IS NULL OR f.expires_at > ${now()}) AND ${condition}
      ORDER BY f.created_at, f.id LIMIT ${limit}`.execute(db)
    return rows
  }
  const present = (req: Request) => (row: Row) => ({
    id: row.id,
    user_id: row.user_id,
    created_at: row.created_at.toISOString(),
    idle_expires_at: row.idle_expires_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    device: {
      initial_ip: row.initial_ip ?? '',
      initial_user_agent: row.initial_user_agent ?? '',
    },
    client_id: row.client_id,
    session_id: row.session_id,
    rotating: row.is_rotating,
    resource_servers: [
      {
        audience:
          row.audience === null
            ? `${originOf(context, req)}/userinfo`
            : toAudience(originOf(context, req), row.audience),
        scopes: row.scope,
      },
    ],
    refresh_token_metadata: row.metadata,
    last_exchanged_at: row.last_exchanged_at?.toISOString() ?? null,
  })
  const checkpointOf = ({ created_at: at, id }: Row) => ({ at, id })
  const afterOf = (query: CheckpointQuery) => {
    const after = readCheckpoint(query)
    return after ? sql`(f.created_at, f.id) > (${after.at}, ${after.id})` : sql`true`
  }
  const revoke = async (condition: RawBuilder<boolean>) => {
    await db
      .updateTable('refresh_token_families')
      .set({ revoked_at: sql`coalesce(revoked_at, ${now()})` })
      .where(condition)
      .execute()
  }
  const requireUser = async (userId: string) => {
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', userId).executeTakeFirst()
    if (!user) throw userMissing()
  }

  router.get('/users/:id/refresh-tokens', async (req, res) => {
    requireScope(req, 'read:refresh_tokens')
    const query = validate(CheckpointQuery, req.query, 'query')
    await requireUser(req.params.id)
    const rows = await select(sql`f.user_id = ${req.params.id} AND ${afterOf(query)}`, (query.take ?? 50) + 1)
    res.json(checkpointed(query, { name: 'tokens', rows, checkpointOf, present: present(req) }))
  })

  router.delete('/users/:id/refresh-tokens', async (req, res) => {
    requireScope(req, 'delete:refresh_tokens')
    await requireUser(req.params.id)
    await revoke(sql<boolean>`user_id = ${req.params.id}`)
    res.status(202).json({})
  })

  router.get('/refresh-tokens', async (req, res) => {
    requireScope(req, 'read:refresh_tokens')
    const query = validate(ListQuery, req.query, 'query')
    const client = query.client_id === undefined ? sql`true` : sql`f.client_id = ${query.client_id}`
    const condition = sql`f.user_id = ${query.user_id} AND ${client} AND ${afterOf(query)}`
    const rows = await select(condition, (query.take ?? 50) + 1)
    res.json(checkpointed(query, { name: 'refresh_tokens', rows, checkpointOf, present: present(req) }))
  })

  router.post('/refresh-tokens/revoke', async (req, res) => {
    requireScope(req, 'delete:refresh_tokens')
    const body = validate(RevokeBody, req.body, 'body')
    const { ids, user_id: userId, client_id: clientId, audience } = body
    if ((ids === undefined) === (userId === undefined && clientId === undefined))
      throw badRequest('Name either ids, or user_id, client_id or both.')
    const parts = [
      ...(ids === undefined ? [] : [sql`id = ANY (${ids})`]),
      ...(userId === undefined ? [] : [sql`user_id = ${userId}`]),
      ...(clientId === undefined ? [] : [sql`client_id = ${clientId}`]),
      ...(audience === undefined ? [] : [sql`audience = ${audience}`]),
    ]
    await revoke(sql<boolean>`${sql.join(parts, sql` AND `)}`)
    res.status(202).json({})
  })

  router.get('/refresh-tokens/:id', async (req, res) => {
    requireScope(req, 'read:refresh_tokens')
    const [row] = await select(sql`f.id = ${req.params.id}`, 1)
    if (!row) throw tokenMissing()
    res.json(present(req)(row))
  })

  router.patch('/refresh-tokens/:id', async (req, res) => {
    requireScope(req, 'update:refresh_tokens')
    const { refresh_token_metadata: value } = validate(MetadataBody('refresh_token_metadata'), req.body, 'body')
    if (value !== undefined) {
      await db
        .updateTable('refresh_token_families')
        .set({ metadata: value && JSON.stringify(value) })
        .where('id', '=', req.params.id)
        .execute()
    }
    const [row] = await select(sql`f.id = ${req.params.id}`, 1)
    if (!row) throw tokenMissing()
    res.json(present(req)(row))
  })

  router.delete('/refresh-tokens/:id', async (req, res) => {
    requireScope(req, 'delete:refresh_tokens')
    await revoke(sql<boolean>`id = ${req.params.id}`)
    res.status(204).end()
  })
  return router
}
