import { Router, json } from 'express'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { managementScopes } from '../bootstrap/management-scopes.ts'
import { findGrantedApi } from '../client-grants/client-grants.store.ts'
import { seedUsers } from '../demo/seed-users.ts'
import { readBasic } from '../oidc/client-authentication.ts'
import { findClient } from '../clients/clients.store.ts'
import { isSame } from '../hashing.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { managementApi } from '../resource-servers/resource-servers.store.ts'
import { unseal } from '../sealing.ts'
import { isStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { deleteSnapshot, listSnapshots, restoreSnapshot, snapshotName, takeSnapshot } from './snapshots.store.ts'

/** The state after the first start, to which a reset leads back. */
export const firstStart = 'first-start'

const Seed = z.strictObject({ users: z.int().min(1).max(1_000_000) })

/**
 * What whoever tests against a tenant wants of it between two tests: the state of before. Asked for by an application
 * that holds every scope of the Management API, as the one of `credentials.json` does, with its secret by Basic: it could do all of it anyhow.
 */
export function controlRoutes(context: TenantContext, databaseUrl: string): Router {
  const router = Router()
  const { db } = context
  router.use('/control', ownersOnly(context), json({ limit: '64kb' }))

  router.get('/control/snapshots', async (_req, res) => {
    res.json(await listSnapshots(db))
  })
  router.post('/control/snapshots/:name', async (req, res) => {
    await quiet(context)
    await takeSnapshot(db, nameOf(req.params.name))
    res.status(201).json({ name: req.params.name })
  })
  router.post('/control/snapshots/:name/restore', async (req, res) => {
    await restore(nameOf(req.params.name))
    res.status(204).end()
  })
  router.delete('/control/snapshots/:name', async (req, res) => {
    if (!(await deleteSnapshot(db, nameOf(req.params.name)))) throw missing()
    res.status(204).end()
  })
  router.post('/control/reset', async (_req, res) => {
    await restore(firstStart, 'The state after the first start was not kept: only npm run tenant does so. Take a snapshot, and restore that.') // prettier-ignore
    res.status(204).end()
  })
  router.post('/control/seed', async (req, res) => {
    const read = Seed.safeParse(req.body ?? {})
    if (!read.success) throw badRequest('users is to be a whole number from 1 to 1000000.')
    res.json({ added: await seedUsers({ databaseUrl, users: read.data.users, now: context.now() }) })
  })

  async function restore(name: string, otherwise?: string): Promise<void> {
    await quiet(context)
    if (!(await restoreSnapshot(context, name))) throw missing(otherwise)
    context.recent.forget()
  }
  return router
}

/** What is still on its way into the tables belongs to before. */
const quiet = async ({ logs, mail }: TenantContext) => {
  await mail.flush()
  await logs.flush()
}

const missing = (message = 'There is no snapshot of this name.') => new ManagementError(404, message)

function nameOf(name: string): string {
  if (snapshotName.test(name)) return name
  throw badRequest('The name of a snapshot is of small letters, digits and dashes, forty at most.')
}

const ownersOnly =
  (context: TenantContext): RequestHandler =>
  async (req, res, next) => {
    const given = readBasic(req.headers.authorization)
    const client = given && isStorable(given.clientId) ? await findClient(context.db, given.clientId) : undefined
    const secret = client?.secretSealed ? unseal(context.secret, client.secretSealed, `client secret ${client.clientId}`) : undefined // prettier-ignore
    const isKnown = given && client && secret !== undefined && isSame(given.secret, secret)
    if (isKnown && (await holdsEverything(context, client.clientId))) return next()
    res.setHeader('WWW-Authenticate', 'Basic realm="control"')
    throw new ManagementError(
      401,
      'Send the id and the secret of an application with every scope of the Management API by Basic.',
    )
  }

async function holdsEverything({ db }: TenantContext, clientId: string): Promise<boolean> {
  const api = await findGrantedApi(db, clientId, managementApi)
  const held = new Set(api?.grant?.scope)
  return managementScopes.every(({ value }) => held.has(value))
}
