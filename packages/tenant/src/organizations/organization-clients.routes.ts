import { Router } from 'express'
import { z } from 'zod'
import { toClient } from '../clients/clients.store.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { PagingQuery, checkpointQuery, listed, pagedOf } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import { toAudience } from '../resource-servers/resource-servers.store.ts'
import type { JsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findOrganization } from './organizations.store.ts'

const AddBody = z.strictObject({
  clients: z
    .array(z.strictObject({ client_id: z.string().min(1).max(128), use_for_member_access: z.boolean().optional() }))
    .min(1)
    .max(10),
})
const RemoveBody = z.strictObject({ clients: z.array(z.string().min(1).max(128)).min(1).max(10) })
const GrantBody = z.strictObject({
  grant_id: z.string().min(1).max(64).describe('A Client Grant ID to add to the organization.'),
})

interface Row {
  client_id: string
  use_for_member_access: boolean
  created_at: Date
  name: string
  settings: JsonObject
}

const present = (row: Row) => {
  const { settings } = toClient({ ...row, client_secret_sealed: null })
  return {
    client_id: row.client_id,
    use_for_member_access: row.use_for_member_access,
    client: { name: row.name, is_first_party: settings.is_first_party, grant_types: settings.grant_types },
  }
}

/** The applications an organization uses, and the grants by which machines may act for it. */
export function organizationClientsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const select = (organizationId: string) =>
    db
      .selectFrom('organization_clients')
      .innerJoin('clients', 'clients.client_id', 'organization_clients.client_id')
      .select([
        'clients.client_id',
        'use_for_member_access',
        'organization_clients.created_at',
        'clients.name',
        'clients.settings',
      ])
      .where('organization_id', '=', organizationId)
      .orderBy('organization_clients.created_at')
      .orderBy('clients.client_id')

  router.get('/organizations/:id/clients', async (req, res) => {
    requireScope(req, 'read:organization_clients')
    const query = validate(z.object(checkpointQuery), req.query, 'query')
    const { id } = await findOrganization(db, req.params.id)
    const all = await select(id).execute()
    const checkpointOf = (row: Row) => ({ at: row.created_at, id: row.client_id })
    res.json(listed(query, { name: 'clients', all, checkpointOf, present }))
  })

  router.post('/organizations/:id/clients', async (req, res) => {
    requireScope(req, 'create:organization_clients')
    const { clients } = validate(AddBody, req.body, 'body')
    const { id } = await findOrganization(db, req.params.id)
    const ids = clients.map(({ client_id: clientId }) => clientId)
    const known = await db.selectFrom('clients').select('client_id').where('client_id', 'in', ids).execute()
    if (known.length < new Set(ids).size)
      throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
    const at = now()
    await db
      .insertInto('organization_clients')
      .values(clients.map((client) => ({ organization_id: id, ...client, created_at: at })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const rows = await select(id).where('clients.client_id', 'in', ids).execute()
    const inOrder = ids.flatMap((clientId) => rows.filter((row) => row.client_id === clientId))
    res.status(201).json(inOrder.map(present))
  })

  router.delete('/organizations/:id/clients', async (req, res) => {
    requireScope(req, 'delete:organization_clients')
    const { clients } = validate(RemoveBody, req.body, 'body')
    const { id } = await findOrganization(db, req.params.id)
    await db
      .deleteFrom('organization_clients')
      .where('organization_id', '=', id)
      .where('client_id', 'in', clients)
      .execute()
    res.status(204).end()
  })

  router.get('/organizations/:id/clients/:client', async (req, res) => {
    requireScope(req, 'read:organization_clients')
    const { id } = await findOrganization(db, req.params.id)
    const row = await select(id).where('clients.client_id', '=', req.params.client).executeTakeFirst()
    if (!row) throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
    res.json(present(row))
  })

  const grantsOf = (organizationId: string) =>
    db
      .selectFrom('organization_client_grants')
      .innerJoin('client_grants', 'client_grants.id', 'organization_client_grants.grant_id')
      .select(['id', 'client_id', 'audience', 'scope', 'settings'])
      .where('organization_id', '=', organizationId)
      .orderBy('created_at')
      .orderBy('id')

  router.get('/organizations/:id/client-grants', async (req, res) => {
    requireScope(req, 'read:organization_client_grants')
    const query = validate(
      z.object({
        ...PagingQuery.shape,
        audience: z.string().optional(),
        client_id: z.string().optional(),
        grant_ids: z.union([z.string(), z.array(z.string())]).optional(),
      }),
      req.query,
      'query',
    )
    const { id } = await findOrganization(db, req.params.id)
    const wanted = query.grant_ids === undefined ? undefined : [query.grant_ids].flat()
    const origin = originOf(context, req)
    const all = (await grantsOf(id).execute())
      .map(({ settings, ...grant }) => ({ ...grant, audience: toAudience(origin, grant.audience), ...settings }))
      .filter(
        (grant) =>
          (query.audience ?? grant.audience) === grant.audience &&
          (query.client_id ?? grant.client_id) === grant.client_id &&
          (wanted?.includes(grant.id) ?? true),
      )
    res.json(pagedOf(query, { name: 'client_grants', all }))
  })

  router.post('/organizations/:id/client-grants', async (req, res) => {
    requireScope(req, 'create:organization_client_grants')
    const { grant_id: grantId } = validate(GrantBody, req.body, 'body')
    const { id } = await findOrganization(db, req.params.id)
    const exists = await db.selectFrom('client_grants').select('id').where('id', '=', grantId).executeTakeFirst()
    if (!exists) throw new ManagementError(404, 'The grant does not exist.', 'inexistent_client_grant')
    const added = await db
      .insertInto('organization_client_grants')
      .values({ organization_id: id, grant_id: grantId })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (added.numInsertedOrUpdatedRows === 0n)
      throw new ManagementError(409, 'The client grant has already been added to this organization.')
    const { settings, ...grant } = await grantsOf(id).where('id', '=', grantId).executeTakeFirstOrThrow()
    res.status(201).json({
      grant_id: grantId,
      ...grant,
      audience: toAudience(originOf(context, req), grant.audience),
      ...settings,
    })
  })

  router.delete('/organizations/:id/client-grants/:grant', async (req, res) => {
    requireScope(req, 'delete:organization_client_grants')
    const { id } = await findOrganization(db, req.params.id)
    await db
      .deleteFrom('organization_client_grants')
      .where('organization_id', '=', id)
      .where('grant_id', '=', req.params.grant)
      .execute()
    res.status(204).end()
  })
  return router
}
