import type { Kysely } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { PagingQuery, pagedOf } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findOrganization } from './organizations.store.ts'

/** How an organization uses a connection. */
export const ConnectionBody = z.strictObject({
  assign_membership_on_login: z.boolean().optional().describe('When true, all users that log in with this connection will be automatically granted membership in the organization. When false, users must be granted membership in the organization before logging in with this connection.'),
  show_as_button: z.boolean().optional().describe('Determines whether a connection should be displayed on this organization’s login prompt. Only applicable for enterprise connections. Default: true.'),
  is_signup_enabled: z.boolean().optional().describe('Determines whether organization signup should be enabled for this organization connection. Only applicable for database connections. Default: false.'),
}) // prettier-ignore
type ConnectionBody = z.infer<typeof ConnectionBody>
const WithAccess = z.strictObject({
  ...ConnectionBody.shape,
  is_enabled: z.boolean().optional(),
  organization_access_level: z.enum(['none', 'readonly', 'limited', 'full']).optional(),
  organization_connection_name: z.string().max(128).nullable().optional(),
})
const id = { connection_id: z.string().min(1).max(50).describe('ID of the connection.') }

interface OrganizationConnection {
  connection_id: string
  assign_membership_on_login: boolean
  settings: JsonObject
  name: string
  strategy: string
}

const connectionMissing = () => new ManagementError(404, 'The organization connection does not exist.')

/** As `/enabled_connections` shows it; `/connections` adds how far the organization may manage it. */
export const presentConnection = (row: OrganizationConnection, withAccess = false) => ({
  connection_id: row.connection_id,
  ...(row.strategy === 'auth0' && { is_signup_enabled: false }),
  assign_membership_on_login: row.assign_membership_on_login,
  show_as_button: true,
  ...(withAccess && { is_enabled: true, organization_access_level: 'none' }),
  ...row.settings,
  connection: { name: row.name, strategy: row.strategy },
})

const select = (db: Kysely<TenantSchema>, organizationId: string) =>
  db
    .selectFrom('organization_connections')
    .innerJoin('connections', 'connections.id', 'organization_connections.connection_id')
    .select(['connection_id', 'assign_membership_on_login', 'organization_connections.settings', 'name', 'strategy'])
    .where('organization_id', '=', organizationId)

export const listConnections = (db: Kysely<TenantSchema>, organizationId: string): Promise<OrganizationConnection[]> =>
  select(db, organizationId).orderBy('organization_connections.created_at').orderBy('connection_id').execute()

/** @throws ManagementError 400, 404, 409 */
export async function addConnection(
  db: Kysely<TenantSchema>,
  {
    organizationId,
    connectionId,
    body,
    now,
  }: { organizationId: string; connectionId: string; body: ConnectionBody; now: Date },
): Promise<void> {
  const { assign_membership_on_login: assigns = false, ...settings } = body
  const connection = await db
    .selectFrom('connections')
    .select('strategy')
    .where('id', '=', connectionId)
    .executeTakeFirst()
  if (!connection) throw badRequest('The connection does not exist', 'inexistent_connection')
  requireSignupRule({ strategy: connection.strategy, assigns, settings })
  const added = await db
    .insertInto('organization_connections')
    .values({
      organization_id: organizationId,
      connection_id: connectionId,
      assign_membership_on_login: assigns,
      settings: JSON.stringify(settings),
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 0n)
    throw new ManagementError(409, 'The connection has already been added to this organization.')
}

function requireSignupRule({
  strategy,
  assigns,
  settings,
}: {
  strategy: string
  assigns: boolean
  settings: { is_signup_enabled?: unknown }
}): void {
  if (settings.is_signup_enabled === true && (strategy !== 'auth0' || !assigns)) {
    throw badRequest(
      'Only database connections with assign_membership_on_login = true support is_signup_enabled = true.',
    )
  }
}

/** The connections an organization's people sign in with, under both names that Auth0 has for them. */
export function organizationConnectionsRoutes({ db, now }: TenantContext): Router {
  const router = Router()
  const find = async (organizationId: string, connectionId: string) => {
    await findOrganization(db, organizationId)
    const row = await select(db, organizationId).where('connection_id', '=', connectionId).executeTakeFirst()
    if (!row) throw connectionMissing()
    return row
  }

  for (const [path, listName, withAccess] of [
    ['connections', 'connections', true],
    ['enabled_connections', 'enabled_connections', false],
  ] as const) {
    const Body = withAccess ? WithAccess : ConnectionBody
    const base = `/organizations/:id/${path}` as const

    router.get(base, async (req, res) => {
      requireScope(req, 'read:organization_connections')
      const query = validate(
        z.object({ ...PagingQuery.shape, is_enabled: z.enum(['true', 'false']).optional() }),
        req.query,
        'query',
      )
      await findOrganization(db, req.params.id)
      const rows = await listConnections(db, req.params.id)
      const all = rows
        .map((row) => presentConnection(row, withAccess))
        .filter(
          (shown) =>
            query.is_enabled === undefined || String('is_enabled' in shown && shown.is_enabled) === query.is_enabled,
        )
      res.json(pagedOf(query, { name: listName, all }))
    })

    router.post(base, async (req, res) => {
      requireScope(req, 'create:organization_connections')
      const { connection_id: connectionId, ...body } = validate(
        z.strictObject({ ...id, ...Body.shape }),
        req.body,
        'body',
      )
      const { id: organizationId } = await findOrganization(db, req.params.id)
      await addConnection(db, { organizationId, connectionId, body, now: now() })
      res.status(201).json(presentConnection(await find(organizationId, connectionId), withAccess))
    })

    router.get(`${base}/:connection`, async (req, res) => {
      requireScope(req, 'read:organization_connections')
      res.json(presentConnection(await find(req.params.id, req.params.connection), withAccess))
    })

    router.patch(`${base}/:connection`, async (req, res) => {
      requireScope(req, 'update:organization_connections')
      const { assign_membership_on_login: assigns, ...change } = validate(Body, req.body, 'body')
      const before = await find(req.params.id, req.params.connection)
      const settings = { ...before.settings, ...change }
      const after = assigns ?? before.assign_membership_on_login
      requireSignupRule({ strategy: before.strategy, assigns: after, settings })
      await db
        .updateTable('organization_connections')
        .set({ assign_membership_on_login: after, settings: JSON.stringify(settings) })
        .where('organization_id', '=', req.params.id)
        .where('connection_id', '=', req.params.connection)
        .execute()
      res.json(presentConnection(await find(req.params.id, req.params.connection), withAccess))
    })

    router.delete(`${base}/:connection`, async (req, res) => {
      requireScope(req, 'delete:organization_connections')
      await findOrganization(db, req.params.id)
      await db
        .deleteFrom('organization_connections')
        .where('organization_id', '=', req.params.id)
        .where('connection_id', '=', req.params.connection)
        .execute()
      res.status(204).end()
    })
  }
  return router
}
