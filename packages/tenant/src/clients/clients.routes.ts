import { sql, transaction } from '@rollcall/database'
import { Router } from 'express'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { clientId, clientSecret } from '../ids.ts'
import { noteSecretsShown } from '../logs/log-management.ts'
import { hasScope, requireScope } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { checkpointQuery, fieldsQuery, listed, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { JsonObject } from '../schema.ts'
import { isJsonObject } from '../schema.ts'
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
  token_endpoint_auth_method: z.enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt']).nullable().optional(),
  grant_types: z.array(z.string().max(200)).optional(),
  callbacks: z.array(address).optional(),
  allowed_logout_urls: z.array(address).optional(),
  web_origins: z.array(address).optional(),
  allowed_origins: z.array(address).optional(),
  is_first_party: flag.optional(),
  oidc_conformant: flag.optional(),
  client_secret: z.string().min(1).max(512).optional(),
  jwt_configuration: z.looseObject({ lifetime_in_seconds: z.int().min(1).max(2_592_000).optional(), alg: z.enum(['HS256', 'RS256', 'RS512', 'PS256']).optional() }).optional(),
  refresh_token: z.looseObject({
    rotation_type: z.enum(['rotating', 'non-rotating']),
    expiration_type: z.enum(['expiring', 'non-expiring']),
    leeway: z.int().min(0).max(120).optional(),
    token_lifetime: z.int().min(1).max(157_788_000).optional(),
    infinite_token_lifetime: flag.optional(),
    idle_token_lifetime: z.int().min(1).max(157_788_000).optional(),
    infinite_idle_token_lifetime: flag.optional(),
  }).optional(),
  organization_usage: z.enum(['deny', 'allow', 'require']).nullable().optional(),
  organization_require_behavior: z.enum(['no_prompt', 'pre_login_prompt', 'post_login_prompt']).optional(),
  default_organization: z.looseObject({ organization_id: z.string().min(1).max(50), flows: z.array(z.enum(['client_credentials'])).min(1) }).nullable().optional(),
  initiate_login_uri: z.string().max(2048).optional(),
  global: z.never('Additional properties not allowed: global').optional(),
  public_keys: z.array(z.record(z.string(), z.unknown())).max(10).optional(),
}) // prettier-ignore
const ListQuery = z.strictObject({
  ...checkpointQuery,
  is_global: z.string().optional(),
  is_first_party: z.string().optional(),
  app_type: z.string().optional(),
  external_client_id: z.string().optional(),
  q: z.string().max(1024).optional(),
})

interface Shown {
  signingKeys: object[]
}

const missing = () => new ManagementError(404, 'The client does not exist', 'inexistent_client')

/** Everything under `/clients`: the applications. Secrets are shown to holders of `read:client_keys` only. */
export function clientsRoutes(context: TenantContext): Router {
  const { db, now, secret } = context
  const router = Router()
  const sealFor = (id: string, plain: string) => seal(secret, plain, `client secret ${id}`)
  const present =
    (req: Request, res: Response, { signingKeys }: Shown) =>
    ({ clientId: id, name, secretSealed, settings }: Client) => {
      const showsSecret = secretSealed !== null && hasScope(req, 'read:client_keys')
      if (showsSecret) noteSecretsShown(res)
      return {
        tenant: 'rollcall',
        global: false,
        callback_url_template: false,
        client_id: id,
        name,
        ...settings,
        signing_keys: signingKeys,
        ...(showsSecret && { client_secret: unseal(secret, secretSealed, `client secret ${id}`) }),
      }
    }
  const shown = async (req: Request, res: Response) => {
    const current = (await context.keys.list()).filter(({ status }) => status === 'current')
    const signingKeys = current.map(({ certificate: cert, pkcs7 }) => ({ cert, pkcs7, subject: 'deprecated' }))
    return present(req, res, { signingKeys })
  }
  const find = async (id: string) => {
    const client = await findClient(db, id)
    if (!client) throw missing()
    return client
  }

  /** An application may stand for an API; the API then says which. */
  const linkApi = (identifier: string, id: string) =>
    db
      .updateTable('resource_servers')
      .set({ settings: sql`settings || jsonb_build_object('client_id', ${id}::text)` })
      .where('identifier', '=', identifier)
      .execute()

  router.get('/clients', async (req, res) => {
    requireScope(req, 'read:clients', 'read:client_keys')
    const query = validate(ListQuery, req.query, 'query')
    const rows = await db.selectFrom('clients').selectAll().orderBy('created_at').orderBy('client_id').execute()
    const all = rows.filter((row) => {
      const { settings } = toClient(row)
      return (
        (query.app_type === undefined || query.app_type.split(',').includes(settings.app_type)) &&
        (query.is_first_party === undefined || String(settings.is_first_party) === query.is_first_party) &&
        (query.is_global === undefined || String(settings.global === true) === query.is_global)
      )
    })
    const show = await shown(req, res)
    const checkpointOf = ({ created_at: at, client_id: id }: (typeof rows)[number]) => ({ at, id })
    const present = (row: (typeof rows)[number]) =>
      withTenant(pick(show(toClient(row)), query.fields, query.include_fields))
    res.json(listed({ ...query, fields: undefined }, { name: 'clients', all, checkpointOf, present }))
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
    if (typeof settings.resource_server_identifier === 'string') await linkApi(settings.resource_server_identifier, id)
    res.status(201).json((await shown(req, res))(toClient(row)))
  })

  router.get('/clients/:id', async (req, res) => {
    requireScope(req, 'read:clients', 'read:client_keys')
    const { fields, include_fields } = validate(z.looseObject(fieldsQuery), req.query, 'query')
    const whole = (await shown(req, res))(await find(req.params.id))
    res.json(withTenant(pick(whole, fields, include_fields)))
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
    res.json((await shown(req, res))(await find(id)))
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
    res.json((await shown(req, res))(await find(id)))
  })

  router.delete('/clients/:id', async (req, res) => {
    requireScope(req, 'delete:clients')
    await db.deleteFrom('clients').where('client_id', '=', req.params.id).execute()
    res.status(204).end()
  })
  return router
}

/** Whatever fields were asked for, Auth0 says whose client it is. */
const withTenant = (client: object) => ({ tenant: 'rollcall', ...client })

/** Members that are objects themselves keep what the change does not name; null takes a member away. */
function withDefaults(before: JsonObject, change: Record<string, unknown>): JsonObject {
  const after: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(change)) {
    after[key] = isJsonObject(value) && isJsonObject(before[key]) ? { ...before[key], ...value } : value
  }
  return Object.fromEntries(
    Object.entries(after).filter(([, value]) => value !== null && value !== undefined),
  ) as JsonObject // it came in as JSON
}
