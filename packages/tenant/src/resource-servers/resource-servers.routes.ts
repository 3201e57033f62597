import { createHash } from 'node:crypto'
import { sql, transaction } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { objectId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { listed, checkpointQuery } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import type { JsonObject, JsonValue } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import {
  isManagementAudience,
  managementApi,
  toAudience,
  toIdentifier,
  toResourceServer,
} from './resource-servers.store.ts'
import type { ResourceServer } from './resource-servers.store.ts'

const settings = {
  name: z.string().min(1).max(200).describe('Friendly name for this resource server. Can not contain `<` or `>` characters.'),
  scopes: z
    .array(z.strictObject({ value: z.string().min(1).max(280), description: z.string().max(500).optional() }))
    .describe('List of permissions (scopes) that this API uses.'),
  signing_alg: z.enum(['HS256', 'RS256', 'PS256']),
  allow_offline_access: z.boolean(),
  token_lifetime: z.int().min(0).max(2_592_000).describe('Expiration value (in seconds) for access tokens issued for this API from the token endpoint.'),
  token_lifetime_for_web: z.int().min(0).max(2_592_000),
  token_dialect: z.enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz']),
  enforce_policies: z.boolean(),
  skip_consent_for_verifiable_first_party_clients: z.boolean(),
  allow_online_access: z.boolean(),
  allow_online_access_with_ephemeral_sessions: z.boolean(),
  subject_type_authorization: z.strictObject({
    user: z.strictObject({ policy: z.enum(['allow_all', 'deny_all', 'require_client_grant']).optional() }).optional(),
    client: z.strictObject({ policy: z.enum(['deny_all', 'require_client_grant']).optional() }).optional(),
  }),
  client_id: z.string().max(128).describe('The client_id of the client that this resource server is linked to'),
  signing_secret: z.string().min(16).max(512),
  consent_policy: z.enum(['transactional-authorization-with-mfa']).nullable(),
  authorization_details: z.array(z.looseObject({ type: z.string().max(255) })).max(100).nullable(),
  token_encryption: z.looseObject({ format: z.enum(['compact-nested-jwe']) }).nullable(),
  proof_of_possession: z.looseObject({ mechanism: z.enum(['mtls', 'dpop']), required: z.boolean() }).nullable(),
} // prettier-ignore
const UpdateBody = z.strictObject(z.object(settings).partial().shape)
const CreateBody = z.strictObject({ ...UpdateBody.shape, identifier: z.string().min(1).max(600).describe('Unique identifier for the API used as the audience parameter on authorization calls. Can not be changed once set.') }) // prettier-ignore
const ListQuery = z.strictObject({
  ...checkpointQuery,
  identifiers: z.union([z.string(), z.array(z.string())]).optional(),
})

/** What tells one encryption key from another: the hash of its bytes. */
function withThumbprint(encryption: unknown): JsonValue {
  const { encryption_key: key } = encryption as { encryption_key?: { pem?: unknown } }
  if (typeof key?.pem !== 'string') return encryption as JsonValue
  const bytes = Buffer.from(key.pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const thumbprint = createHash('sha256').update(bytes).digest('hex')
  return { ...(encryption as JsonObject), encryption_key: { ...(key as JsonObject), thumbprint_sha256: thumbprint } }
}

const defaultAuthorization = { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } }

const missing = () => new ManagementError(404, 'The resource server does not exist', 'inexistent_resource_server')

/** Everything under `/resource-servers`: the APIs that tokens are for. */
export function resourceServersRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const present = (req: Request, { id, identifier, name, isSystem, scopes, settings: rest }: ResourceServer) => ({
    id,
    name,
    identifier: toAudience(originOf(context, req), identifier),
    ...(isSystem && { is_system: true }),
    scopes,
    subject_type_authorization: defaultAuthorization,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
    ...(rest.token_encryption && { token_encryption: withThumbprint(rest.token_encryption) }),
  })
  /** By its id, or by its identifier. */
  const find = async (id: string) => {
    const row = await db
      .selectFrom('resource_servers')
      .selectAll()
      .where((where) => where.or([where('id', '=', id), where('identifier', '=', toIdentifier(context.origins(), id))]))
      .executeTakeFirst()
    if (!row) throw missing()
    return toResourceServer(row)
  }

  router.get('/resource-servers', async (req, res) => {
    requireScope(req, 'read:resource_servers')
    const query = validate(ListQuery, req.query, 'query')
    const rows = await db.selectFrom('resource_servers').selectAll().orderBy('created_at').orderBy('id').execute()
    const wanted = query.identifiers === undefined ? undefined : [query.identifiers].flat()
    const all = rows.filter(
      ({ identifier }) => wanted?.includes(toAudience(originOf(context, req), identifier)) ?? true,
    )
    res.json(
      listed(query, {
        name: 'resource_servers',
        all,
        checkpointOf: ({ created_at: at, id }) => ({ at, id }),
        present: (row) => present(req, toResourceServer(row)),
      }),
    )
  })

  router.post('/resource-servers', async (req, res) => {
    requireScope(req, 'create:resource_servers')
    const { identifier, name, scopes, ...rest } = validate(CreateBody, req.body, 'body')
    if (isManagementAudience(context.origins(), identifier) || identifier === managementApi) throw taken(identifier)
    const row = await db
      .insertInto('resource_servers')
      .values({
        id: objectId(now()),
        identifier,
        name: name ?? identifier,
        scopes: JSON.stringify(scopes ?? []),
        settings: JSON.stringify(rest),
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw taken(identifier)
    res.status(201).json(present(req, toResourceServer(row)))
  })

  router.get('/resource-servers/:id', async (req, res) => {
    requireScope(req, 'read:resource_servers')
    res.json(present(req, await find(req.params.id)))
  })

  router.patch('/resource-servers/:id', async (req, res) => {
    requireScope(req, 'update:resource_servers')
    const { name, scopes, ...rest } = validate(UpdateBody, req.body, 'body')
    const before = await find(req.params.id)
    if (before.isSystem && (scopes !== undefined || name !== undefined))
      throw badRequest('Cannot modify the system API.', 'operation_not_supported')
    await transaction(db, async (trx) => {
      // What is named and nothing else: a change at the same time of another member stands.
      await trx
        .updateTable('resource_servers')
        .set({
          ...(name !== undefined && { name }),
          ...(scopes !== undefined && { scopes: JSON.stringify(scopes) }),
          settings: sql`settings || ${JSON.stringify(rest)}::jsonb`,
        })
        .where('id', '=', before.id)
        .execute()
      if (scopes === undefined) return
      // Nobody holds a permission that is no more.
      const left = scopes.map(({ value }) => value)
      for (const table of ['role_permissions', 'user_permissions'] as const) {
        await trx
          .deleteFrom(table)
          .where('resource_server_identifier', '=', before.identifier)
          .where('permission_name', 'not in', left.length > 0 ? left : [''])
          .execute()
      }
    })
    res.json(present(req, await find(before.id)))
  })

  router.delete('/resource-servers/:id', async (req, res) => {
    requireScope(req, 'delete:resource_servers')
    const api = await find(req.params.id).catch((error: unknown) => {
      if (error instanceof ManagementError && error.status === 404) return undefined
      throw error
    })
    if (!api) return void res.status(204).end()
    if (api.isSystem) throw badRequest('Cannot delete the system API.', 'operation_not_supported')
    await db.deleteFrom('resource_servers').where('id', '=', api.id).execute()
    res.status(204).end()
  })
  return router
}

const taken = (identifier: string) =>
  new ManagementError(
    409,
    `A resource server with the same identifier already exists: ${identifier}`,
    'resource_server_conflict',
  )
