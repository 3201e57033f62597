import type { DirectoryStatus } from '@rollcall/contracts/admin-api'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import type { UserSourceDeps } from '../users/user-source.ts'
import { countUsers } from '../users/search/find-users.ts'
import { presentDirectory } from './present-directory.ts'

export function directoryRoutes({ guard, copy }: Pick<UserSourceDeps, 'copy'> & { guard: RequestHandler }): Router {
  const router = Router()
  router
    .route('/directory')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await statusOf(copy))
    })
  return router
}

async function statusOf(copy: UserSourceDeps['copy']): Promise<DirectoryStatus> {
  if (!copy) return { state: 'off', asOf: null, users: null, fill: null, problem: null }
  const [status, users] = await Promise.all([
    copy.directory.status(),
    countUsers(copy.store.db, { filter: { kind: 'all', of: [] }, now: new Date() }),
  ])
  return presentDirectory(status, users)
}
