import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'
import { userMissing } from '../users/get-user.ts'
import { listUserBlocks, removeUserBlocks } from './user-blocks.store.ts'

const IdentifierQuery = z.looseObject({
  identifier: z.string().min(1).max(320).describe('Should be any of a username, phone number, or email.'),
})

/** Accounts that brute-force protection has shut, and how they are opened again. */
export function userBlocksRoutes({ db }: TenantContext): Router {
  const router = Router()
  const identifierOf = (req: Request) => validate(IdentifierQuery, req.query, 'query').identifier
  const requireUser = async (userId: string) => {
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', userId).executeTakeFirst()
    if (!user) throw userMissing()
    return userId
  }

  router.get('/user-blocks', async (req, res) => {
    requireScope(req, 'read:users')
    res.json({ blocked_for: await listUserBlocks(db, { identifier: identifierOf(req) }) })
  })
  router.delete('/user-blocks', async (req, res) => {
    requireScope(req, 'update:users')
    await removeUserBlocks(db, { identifier: identifierOf(req) })
    res.status(204).end()
  })
  router.get('/user-blocks/:id', async (req, res) => {
    requireScope(req, 'read:users')
    res.json({ blocked_for: await listUserBlocks(db, { userId: await requireUser(req.params.id) }) })
  })
  router.delete('/user-blocks/:id', async (req, res) => {
    requireScope(req, 'update:users')
    await removeUserBlocks(db, { userId: await requireUser(req.params.id) })
    res.status(204).end()
  })
  return router
}
