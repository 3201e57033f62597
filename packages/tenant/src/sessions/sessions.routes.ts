import { sql } from '@rollcall/database'
import type { Selectable } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { CheckpointQuery, checkpointed, readCheckpoint } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { userMissing } from '../users/get-user.ts'
import { endSessions } from './sessions.store.ts'

const metadata = z
  .record(z.string().max(255), z.string().max(255))
  .refine((value) => Object.keys(value).length <= 25, 'Too many properties defined, maximum 25')
  .nullable()
export const MetadataBody = (name: string) => z.strictObject({ [name]: metadata.optional() })
const RevokeBody = z.strictObject({
  session_id: z.string().max(50).optional(),
  preserve_refresh_tokens: z.boolean().default(false),
})

const sessionMissing = () => new ManagementError(404, 'The session does not exist.', 'inexistent_session')

const present = (row: Selectable<TenantSchema['sessions']>) => ({
  id: row.session_id,
  user_id: row.user_id,
  created_at: row.created_at.toISOString(),
  updated_at: row.last_interacted_at.toISOString(),
  authenticated_at: row.authenticated_at.toISOString(),
  authentication: { methods: [{ name: 'pwd', timestamp: row.authenticated_at.toISOString() }] },
  idle_expires_at: row.idle_expires_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
  last_interacted_at: row.last_interacted_at.toISOString(),
  device: {
    initial_ip: row.ip,
    initial_user_agent: row.user_agent ?? '',
    last_ip: row.last_ip ?? row.ip,
    last_user_agent: row.last_user_agent ?? row.user_agent ?? '',
  },
  clients: row.client_ids.map((clientId) => ({ client_id: clientId })),
  cookie: { mode: 'non-persistent' },
  session_metadata: row.metadata,
})

/** Where people are signed in, and how that is ended. */
export function sessionsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const requireUser = async (userId: string) => {
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', userId).executeTakeFirst()
    if (!user) throw userMissing()
  }
  const live = () =>
    db.selectFrom('sessions').selectAll().where('expires_at', '>', now()).where('idle_expires_at', '>', now())

  router.get('/users/:id/sessions', async (req, res) => {
    requireScope(req, 'read:sessions')
    const query = validate(CheckpointQuery, req.query, 'query')
    await requireUser(req.params.id)
    const after = readCheckpoint(query)
    const rows = await live()
      .where('user_id', '=', req.params.id)
      .$if(after !== undefined, (some) =>
        some.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created_at', 'session_id'), '>', tuple(after?.at ?? new Date(0), after?.id ?? '')),
        ),
      )
      .orderBy('created_at')
      .orderBy('session_id')
      .limit((query.take ?? 50) + 1)
      .execute()
    const checkpointOf = ({ created_at: at, session_id: id }: (typeof rows)[number]) => ({ at, id })
    res.json(checkpointed(query, { name: 'sessions', rows, checkpointOf, present }))
  })

  router.delete('/users/:id/sessions', async (req, res) => {
    requireScope(req, 'delete:sessions')
    await requireUser(req.params.id)
    await endSessions(db, { userId: req.params.id })
    res.status(202).json({})
  })

  router.get('/sessions/:id', async (req, res) => {
    requireScope(req, 'read:sessions')
    const row = await live().where('session_id', '=', req.params.id).executeTakeFirst()
    if (!row) throw sessionMissing()
    res.json(present(row))
  })

  router.patch('/sessions/:id', async (req, res) => {
    requireScope(req, 'update:sessions')
    const { session_metadata: value } = validate(MetadataBody('session_metadata'), req.body, 'body')
    const row = await db
      .updateTable('sessions')
      .set({ metadata: value === undefined ? sql`metadata` : value && JSON.stringify(value) })
      .where('session_id', '=', req.params.id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw sessionMissing()
    res.json(present(row))
  })

  // Both are accepted for a session that is gone already, as Auth0 does.
  router.delete('/sessions/:id', async (req, res) => {
    requireScope(req, 'delete:sessions')
    await db.deleteFrom('sessions').where('session_id', '=', req.params.id).execute()
    res.status(202).json({})
  })

  router.post('/sessions/:id/revoke', async (req, res) => {
    requireScope(req, 'delete:sessions')
    requireScope(req, 'delete:refresh_tokens')
    await db.deleteFrom('sessions').where('session_id', '=', req.params.id).execute()
    await db
      .updateTable('refresh_token_families')
      .set({ revoked_at: sql`coalesce(revoked_at, ${now()})` })
      .where('session_id', '=', req.params.id)
      .execute()
    res.status(202).json({})
  })

  router.post('/users/:id/revoke-access', async (req, res) => {
    const body = validate(RevokeBody, req.body, 'body')
    requireScope(req, 'delete:sessions')
    if (!body.preserve_refresh_tokens) requireScope(req, 'delete:refresh_tokens')
    const userId = req.params.id
    const sessionId = body.session_id
    if (!userId.includes('|')) throw badRequest(`Path validation error: 'Object didn't pass validation for format user-id: ${userId}' on property id (ID of the user.).`, 'invalid_uri') // prettier-ignore
    await endSessions(db, { userId, sessionId })
    if (!body.preserve_refresh_tokens) {
      await db
        .updateTable('refresh_token_families')
        .set({ revoked_at: sql`coalesce(revoked_at, ${now()})` })
        .where('user_id', '=', userId)
        .$if(sessionId !== undefined, (some) => some.where('session_id', '=', sessionId ?? ''))
        .execute()
    }
    res.status(202).json({})
  })
  return router
}
