import { sql, transaction } from '@rollcall/database'
import type { Selectable } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { prefixedId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { paged, pagingQuery, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'

const options = z.record(z.string(), z.unknown()).describe('The connection options.')
const enabledClients = z
  .array(z.string().max(128))
  .describe('The identifiers of the clients for which the connection is to be enabled.')
const CreateBody = z.looseObject({
  name: z
    .string()
    .max(128)
    .regex(/^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$/)
    .describe('The name of the connection. Must start and end with an alphanumeric character and can only contain alphanumeric characters and \'-\'. Max length 128'),
  strategy: z.string().min(1).max(64).describe('The identity provider identifier for the connection'),
  options: options.optional(),
  enabled_clients: enabledClients.optional(),
}) // prettier-ignore
const UpdateBody = z.looseObject({ options: options.nullable().optional(), enabled_clients: enabledClients.optional() })
const ListQuery = z.strictObject({
  ...pagingQuery,
  strategy: z.union([z.string(), z.array(z.string())]).optional(),
  name: z.string().optional(),
})

const missing = () => new ManagementError(404, 'The connection does not exist', 'inexistent_connection')

/** Everything under `/connections`: where people's accounts come from. */
export function connectionsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const present = (row: Selectable<TenantSchema['connections']>) => ({
    id: row.id,
    options: row.options,
    strategy: row.strategy,
    name: row.name,
    is_domain_connection: false,
    realms: [row.name],
    ...row.settings,
    enabled_clients: row.enabled_clients,
  })
  const find = async (id: string) => {
    const row = await db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw missing()
    return row
  }

  router.get('/connections', async (req, res) => {
    requireScope(req, 'read:connections')
    const query = validate(ListQuery, req.query, 'query')
    const strategies = query.strategy === undefined ? undefined : [query.strategy].flat()
    const rows = (await db.selectFrom('connections').selectAll().orderBy('created_at').orderBy('id').execute())
      .filter((row) => strategies?.includes(row.strategy) ?? true)
      .filter((row) => query.name === undefined || row.name === query.name)
    const from = query.page * query.per_page
    const items = rows.slice(from, from + query.per_page).map(present)
    res.json(paged(query, { name: 'connections', items, total: rows.length }))
  })

  router.post('/connections', async (req, res) => {
    requireScope(req, 'create:connections')
    const { name, strategy, options: given, enabled_clients: clients, ...rest } = validate(CreateBody, req.body, 'body')
    const row = await db
      .insertInto('connections')
      .values({
        id: prefixedId('con'),
        name,
        strategy,
        options: JSON.stringify(given ?? {}),
        enabled_clients: clients ?? [],
        settings: JSON.stringify(rest),
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw new ManagementError(409, 'A connection with the same name already exists', 'connection_conflict')
    res.status(201).json(present(row))
  })

  router.get('/connections/:id', async (req, res) => {
    requireScope(req, 'read:connections')
    const { fields, include_fields } = validate(
      z.looseObject({ fields: pagingQuery.fields, include_fields: pagingQuery.include_fields }),
      req.query,
      'query',
    )
    res.json(pick(present(await find(req.params.id)), fields, include_fields))
  })

  router.patch('/connections/:id', async (req, res) => {
    requireScope(req, 'update:connections')
    const { options: given, enabled_clients: clients, ...rest } = validate(UpdateBody, req.body, 'body')
    const before = await find(req.params.id)
    await db
      .updateTable('connections')
      .set({
        settings: sql`settings || ${JSON.stringify(rest)}::jsonb`,
        ...(given !== undefined && { options: JSON.stringify(given ?? {}) }),
        ...(clients !== undefined && { enabled_clients: clients }),
      })
      .where('id', '=', before.id)
      .execute()
    res.json(present(await find(before.id)))
  })

  router.delete('/connections/:id', async (req, res) => {
    requireScope(req, 'delete:connections')
    const { id, name } = await find(req.params.id)
    await transaction(db, async (trx) => {
      // Whose account was here is gone with it; a linked account goes without its person.
      await trx.deleteFrom('users').where('connection', '=', name).execute()
      await trx.deleteFrom('identities').where('connection', '=', name).execute()
      await trx.deleteFrom('connections').where('id', '=', id).execute()
    })
    res.status(202).json({ deleted_at: now().toISOString() })
  })
  return router
}
