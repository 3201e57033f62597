import { transaction } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { clientId, clientSecret } from '../ids.ts'
import { hasScope, requireScope } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { paged, pagingQuery, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { JsonObject } from '../schema.ts'
import { seal, unseal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { defaultClientSettings, findClient, toClient } from './clients.store.ts'
import type { Client } from './clients.store.ts'

const address = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text), "Object didn't pass validation for format absolute-uri-or-empty")
const flag = z.boolean()
/** The members that this tenant acts on are checked; others are kept and given back as they came. */
const ClientBody = z.looseObject({
  name: z.string().min(1).max(255).regex(/^[^<>]*$/).describe('Name of this client (min length: 1 character, does not allow `<` or `>`).'),
  description: z.string().max(140).optional(),
  app_type: z.string().max(64).optional(),
  token_endpoint_auth_method: z.enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt']).optional(),
  grant_types: z.array(z.string().max(200)).optional(),
  callbacks: z.array(address).optional(),
  allowed_logout_urls: z.array(address).optional(),
  web_origins: z.array(address).optional(),
  allowed_origins: z.array(address).optional(),
  is_first_party: flag.optional(),
  oidc_conformant: flag.optional(),
  client_secret: z.string().min(16).max(512).optional(),
  jwt_configuration: z.looseObject({ lifetime_in_seconds: z.int().min(1).max(2_592_000).optional(), alg: z.enum(['RS256']).optional() }).optional(),
  refresh_token: z.looseObject({
    rotation_type: z.enum(['rotating', 'non-rotating']),
    expiration_type: z.enum(['expiring', 'non-expiring']),
    leeway: z.int().min(0).max(120).optional(),
    token_lifetime: z.int().min(1).max(157_788_000).optional(),
    infinite_token_lifetime: flag.optional(),
    idle_token_lifetime: z.int().min(1).max(157_788_000).optional(),
    infinite_idle_token_lifetime: flag.optional(),
  }).optional(),
  public_keys: z.array(z.record(z.string(), z.unknown())).max(10).optional(),
}) // prettier-ignore
const ListQuery = z.strictObject({
  ...pagingQuery,
  is_global: z.string().optional(),
  is_first_party: z.string().optional(),
  app_type: z.string().optional(),
})

const missing = () => new ManagementError(404, 'The client does not exist', 'inexistent_client')

/** Everything under `/clients`: the applications. Secrets are shown to holders of `read:client_keys` only. */
export function clientsRoutes(context: TenantContext): Router {
  const { db, now, secret } = context
  const router = Router()
  const sealFor = (id: string, plain: string) => seal(secret, plain, `client secret ${id}`)
  const present = (req: Request, { clientId: id, name, secretSealed, settings }: Client) => ({
    client_id: id,
    name,
    ...settings,
    ...(secretSealed &&
      hasScope(req, 'read:client_keys') && { client_secret: unseal(secret, secretSealed, `client secret ${id}`) }),
  })
  const find = async (id: string) => {
    const client = await findClient(db, id)
    if (!client) throw missing()
    return client
  }

  router.get('/clients', async (req, res) => {
    requireScope(req, 'read:clients', 'read:client_keys')
    const query = validate(ListQuery, req.query, 'query')
    const rows = await db.selectFrom('clients').selectAll().orderBy('created_at').orderBy('client_id').execute()
    const items = rows
      .map((row) => toClient(row))
      .filter(({ settings }) => query.app_type === undefined || query.app_type.split(',').includes(settings.app_type))
      .filter(
        ({ settings }) =>
          query.is_first_party === undefined || String(settings.is_first_party) === query.is_first_party,
      )
      .filter(() => query.is_global !== 'true')
      .map((client) => present(req, client))
    const from = query.page * query.per_page
    res.json(paged(query, { name: 'clients', items: items.slice(from, from + query.per_page), total: items.length }))
  })

  router.post('/clients', async (req, res) => {
    requireScope(req, 'create:clients')
    const { name, client_secret: given, ...rest } = validate(ClientBody, req.body, 'body')
    const id = clientId()
    const isSpa = rest.app_type === 'spa' || rest.app_type === 'native'
    const settings = withDefaults(
      {
        ...defaultClientSettings,
        ...(isSpa && {
          token_endpoint_auth_method: 'none' as const,
          grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        }),
      },
      rest,
    )
    const row = await db
      .insertInto('clients')
      .values({
        client_id: id,
        name,
        client_secret_sealed: sealFor(id, given ?? clientSecret()),
        settings: JSON.stringify(settings),
        created_at: now(),
        updated_at: now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    res.status(201).json(present(req, toClient(row)))
  })

  router.get('/clients/:id', async (req, res) => {
    requireScope(req, 'read:clients', 'read:client_keys')
    const { fields, include_fields } = validate(
      z.looseObject({ fields: pagingQuery.fields, include_fields: pagingQuery.include_fields }),
      req.query,
      'query',
    )
    res.json(pick(present(req, await find(req.params.id)), fields, include_fields))
  })

  router.patch('/clients/:id', async (req, res) => {
    requireScope(req, 'update:clients')
    const { name, client_secret: given, ...rest } = validate(ClientBody.partial(), req.body, 'body')
    const id = req.params.id
    await transaction(db, async (trx) => {
      const row = await trx.selectFrom('clients').selectAll().where('client_id', '=', id).forUpdate().executeTakeFirst()
      if (!row) throw missing()
      await trx
        .updateTable('clients')
        .set({
          settings: JSON.stringify(withDefaults(toClient(row).settings, rest)),
          updated_at: now(),
          ...(name !== undefined && { name }),
          ...(given !== undefined && { client_secret_sealed: sealFor(id, given) }),
        })
        .where('client_id', '=', id)
        .execute()
    })
    res.json(present(req, await find(id)))
  })

  router.post('/clients/:id/rotate-secret', async (req, res) => {
    requireScope(req, 'update:client_keys')
    const id = req.params.id
    const updated = await db
      .updateTable('clients')
      .set({ client_secret_sealed: sealFor(id, clientSecret()), updated_at: now() })
      .where('client_id', '=', id)
      .executeTakeFirst()
    if (updated.numUpdatedRows === 0n) throw missing()
    res.json(present(req, await find(id)))
  })

  router.delete('/clients/:id', async (req, res) => {
    requireScope(req, 'delete:clients')
    await db.deleteFrom('clients').where('client_id', '=', req.params.id).execute()
    res.status(204).end()
  })
  return router
}

/** Members that are objects themselves keep what the change does not name; null takes a member away. */
function withDefaults(before: JsonObject, change: Record<string, unknown>): JsonObject {
  const after: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(change)) {
    const isObject = (it: unknown): it is object => typeof it === 'object' && it !== null && !Array.isArray(it)
    after[key] = isObject(value) && isObject(before[key]) ? { ...before[key], ...value } : value
  }
  return Object.fromEntries(
    Object.entries(after).filter(([, value]) => value !== null && value !== undefined),
  ) as JsonObject // it came in as JSON
}
