import { sql, transaction } from '@rollcall/database'
import type { Selectable } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { prefixedId } from '../ids.ts'
import { aboutRequest } from '../logs/about-request.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { CheckpointQuery, FieldsQuery, checkpointQuery, listed, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { seal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { deleteUsers } from '../users/delete-users.ts'
import { completeOptions } from './connection-options.ts'

const options = z.record(z.string(), z.unknown()).describe('The connection options.')
const enabledClients = z
  .array(z.string().max(128))
  .describe('The identifiers of the clients for which the connection is to be enabled.')
const active = z.looseObject({ active: z.boolean() })
const settings = {
  display_name: z.string().min(1).max(128).optional().describe('Connection name used in the new universal login experience'),
  is_domain_connection: z.boolean().optional(),
  show_as_button: z.boolean().optional(),
  realms: z.array(z.string().max(128)).optional(),
  metadata: z.record(z.string().max(255), z.string().max(255).nullable()).nullable().optional(),
  authentication: active.optional(),
  connected_accounts: active.optional(),
  cross_app_access_requesting_app: active.optional(),
} // prettier-ignore
const CreateBody = z.looseObject({
  name: z
    .string()
    .max(128)
    .regex(/^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$/)
    .describe('The name of the connection. Must start and end with an alphanumeric character and can only contain alphanumeric characters and \'-\'. Max length 128'),
  strategy: z.string().min(1).max(64).describe('The identity provider identifier for the connection'),
  options: options.optional(),
  enabled_clients: enabledClients.optional(),
  ...settings,
}) // prettier-ignore
const UpdateBody = z.looseObject({
  options: options.nullable().optional(),
  enabled_clients: enabledClients.optional(),
  ...settings,
})
const ClientsBody = z
  .array(z.strictObject({ client_id: z.string().min(1).max(128), status: z.boolean() }))
  .min(1)
  .max(50)
const ListQuery = z.object({
  ...checkpointQuery,
  strategy: z.union([z.string(), z.array(z.string())]).optional(),
  name: z.string().optional(),
  domain_alias: z.string().optional(),
})

const missing = () => new ManagementError(404, 'The connection does not exist', 'inexistent_connection')

/** Strategies whose sign-in Auth0 shows as a button, and those whose set-up it hands to somebody else by a link. */
const enterprise = ['ad', 'adfs', 'google-apps', 'okta', 'oidc', 'pingfederate', 'samlp', 'waad']
const named = ['okta', 'oidc', 'waad']
const handedOver = ['ad', 'adfs', 'google-apps', 'pingfederate', 'samlp', 'waad']

type Row = Selectable<TenantSchema['connections']>

/** Everything under `/connections`: where people's accounts come from. */
export function connectionsRoutes(context: TenantContext): Router {
  const { db, now, secret } = context
  const router = Router()
  const present = (req: Request) => (row: Row) => ({
    id: row.id,
    options: row.options,
    strategy: row.strategy,
    name: row.name,
    is_domain_connection: false,
    ...(handedOver.includes(row.strategy) && {
      provisioning_ticket_url: `${originOf(context, req)}/p/${row.strategy}/${row.id.slice(-8)}`,
    }),
    ...(enterprise.includes(row.strategy) && { show_as_button: false }),
    ...(named.includes(row.strategy) && { display_name: row.name }),
    authentication: { active: true },
    connected_accounts: { active: false },
    realms: [row.name],
    ...row.settings,
    enabled_clients: row.enabled_clients,
  })
  const find = async (id: string) => {
    const row = await db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw missing()
    return row
  }
  /** The id is shown whatever fields were asked for. */
  const shown = (req: Request, row: Row, { fields, include_fields }: z.infer<typeof FieldsQuery>) => {
    const whole = present(req)(row)
    const { id, is_domain_connection, authentication, connected_accounts } = whole
    const isPicked = fields !== undefined && fields !== '' && include_fields
    return isPicked
      ? { id, is_domain_connection, authentication, connected_accounts, ...pick(whole, fields, true) }
      : pick(whole, fields, include_fields)
  }
  /** Values for database scripts are kept sealed, and shown sealed: they are read by nobody again. */
  const sealed = (given: JsonObject): JsonObject => {
    const { configuration } = given
    if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) return given
    const values = Object.entries(configuration).map(([name, value]) => {
      const isSealed = typeof value !== 'string' || value.startsWith('2.0$')
      return [name, isSealed ? value : `2.0$${seal(secret, value, 'connection configuration').toString('hex')}`]
    })
    return { ...given, configuration: Object.fromEntries(values) as JsonObject }
  }
  const complete = (strategy: string, given: unknown, isNew: boolean) =>
    sealed(completeOptions(strategy, given as JsonObject, { isNew, tenant: new URL(context.origins()[0] ?? 'http://localhost').host })) // prettier-ignore

  router.get('/connections', async (req, res) => {
    requireScope(req, 'read:connections')
    const query = validate(ListQuery, req.query, 'query')
    const strategies = query.strategy === undefined ? undefined : [query.strategy].flat()
    const all = (await db.selectFrom('connections').selectAll().orderBy('created_at').orderBy('id').execute())
      .filter((row) => strategies?.includes(row.strategy) ?? true)
      .filter((row) => query.name === undefined || row.name === query.name)
    const checkpointOf = ({ created_at: at, id }: Row) => ({ at, id })
    res.json(
      listed(
        { ...query, fields: undefined },
        { name: 'connections', all, checkpointOf, present: (row) => shown(req, row, query) },
      ),
    )
  })

  router.post('/connections', async (req, res) => {
    requireScope(req, 'create:connections')
    const body = validate(CreateBody, req.body, 'body')
    const { name, strategy, options: given, enabled_clients: clients, ...rest } = body
    if (rest.cross_app_access_requesting_app?.active && !['oidc', 'okta'].includes(strategy))
      throw badRequest('Cross App Access Requesting App is not supported for this connection.', 'operation_not_supported') // prettier-ignore
    const row = await db
      .insertInto('connections')
      .values({
        id: prefixedId('con'),
        name,
        strategy,
        options: JSON.stringify(complete(strategy, given ?? {}, true)),
        enabled_clients: clients ?? [],
        settings: JSON.stringify(rest),
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw new ManagementError(409, 'A connection with the same name already exists', 'connection_conflict')
    res.status(201).json(present(req)(row))
  })

  router.get('/connections/:id', async (req, res) => {
    requireScope(req, 'read:connections')
    const query = validate(FieldsQuery, req.query, 'query')
    res.json(shown(req, await find(req.params.id), query))
  })

  router.patch('/connections/:id', async (req, res) => {
    requireScope(req, 'update:connections')
    const { options: given, enabled_clients: clients, ...rest } = validate(UpdateBody, req.body, 'body')
    const before = await find(req.params.id)
    if (given !== undefined) requireUniqueEmail(before.options, given as JsonObject | null)
    await db
      .updateTable('connections')
      .set({
        settings: sql`jsonb_strip_nulls(settings || ${JSON.stringify(rest)}::jsonb)`,
        // The options are replaced as a whole.
        ...(given !== undefined && { options: JSON.stringify(complete(before.strategy, given ?? {}, false)) }),
        ...(clients !== undefined && { enabled_clients: clients }),
        updated_at: now(),
      })
      .where('id', '=', before.id)
      .execute()
    res.json(present(req)(await find(before.id)))
  })

  router.delete('/connections/:id', async (req, res) => {
    requireScope(req, 'delete:connections')
    const row = await db.selectFrom('connections').select(['id', 'name']).where('id', '=', req.params.id).executeTakeFirst() // prettier-ignore
    if (!row) return void res.status(204).end()
    await transaction(db, async (trx) => {
      // Whose account was here is gone with it; a linked account goes without its person.
      await trx.deleteFrom('users').where('connection', '=', row.name).execute()
      await trx.deleteFrom('identities').where('connection', '=', row.name).execute()
      await trx.deleteFrom('connections').where('id', '=', row.id).execute()
    })
    res.status(202).json({ deleted_at: now().toISOString() })
  })

  router.delete('/connections/:id/users', async (req, res) => {
    requireScope(req, 'delete:users')
    const { email } = validate(z.looseObject({ email: z.string().min(1).max(320) }), req.query, 'query')
    const { name, strategy } = await find(req.params.id)
    if (strategy !== 'auth0') throw badRequest('Connection must be a database connection.')
    await deleteUsers(context, { connection: name, email }, aboutRequest(req))
    res.status(204).end()
  })

  router.get('/connections/:id/status', async (req) => {
    requireScope(req, 'read:connections')
    const { strategy } = await find(req.params.id)
    if (strategy !== 'ad') throw badRequest('The connection is not one of an AD/LDAP connector.')
    throw new ManagementError(404, 'The connection is offline.') // no connector can reach this tenant
  })

  router.get('/connections/:id/clients', async (req, res) => {
    requireScope(req, 'read:connections')
    const query = validate(CheckpointQuery, req.query, 'query')
    const { enabled_clients: clients, created_at: at } = await find(req.params.id)
    const checkpointOf = (id: string) => ({ at, id })
    const present = (id: string) => ({ client_id: id })
    res.json(listed({ ...query, take: query.take ?? 50 }, { name: 'clients', all: clients.toSorted(), checkpointOf, present })) // prettier-ignore
  })

  router.patch('/connections/:id/clients', async (req, res) => {
    requireScope(req, 'update:connections')
    const changes = validate(ClientsBody, req.body, 'body')
    const { id } = await find(req.params.id)
    for (const { client_id: clientId, status } of changes) {
      if (status && !(await findClient(db, clientId)))
        throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
      await db
        .updateTable('connections')
        .set({
          enabled_clients: status
            ? sql`CASE WHEN ${clientId} = ANY (enabled_clients) THEN enabled_clients ELSE array_append(enabled_clients, ${clientId}) END`
            : sql`array_remove(enabled_clients, ${clientId})`,
        })
        .where('id', '=', id)
        .execute()
    }
    res.status(204).end()
  })

  router.get('/clients/:id/connections', async (req, res) => {
    requireScope(req, 'read:connections')
    const query = validate(CheckpointQuery, req.query, 'query')
    if (!(await findClient(db, req.params.id)))
      throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
    const all = await db
      .selectFrom('connections')
      .selectAll()
      .where(sql<boolean>`${req.params.id} = ANY (enabled_clients)`)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    const checkpointOf = ({ created_at: at, id }: Row) => ({ at, id })
    res.json(listed({ ...query, take: query.take ?? 50 }, { name: 'connections', all, checkpointOf, present: present(req) })) // prettier-ignore
  })
  return router
}

/** @throws ManagementError 400 */
function requireUniqueEmail(before: JsonObject, after: JsonObject | null): void {
  const emailOf = (given: JsonObject | null) =>
    (given?.attributes as JsonObject | undefined)?.email as JsonObject | undefined
  if (emailOf(after)?.unique === false && emailOf(before) === undefined)
    throw badRequest('cannot add non-unique email attribute')
}
