import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { prefixedId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { PagingQuery, checkpointQuery, listed, pagedOf } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { presentOrganization } from '../organizations/organizations.store.ts'
import { originOf } from '../request-origin.ts'
import { findResourceServer, toAudience, toIdentifier } from '../resource-servers/resource-servers.store.ts'
import type { JsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'

const scope = z.array(z.string().min(1).max(280)).describe('Scopes allowed for this client grant.')
const settings = {
  organization_usage: z.enum(['deny', 'allow', 'require']).nullable().optional(),
  allow_any_organization: z.boolean().nullable().optional(),
  authorization_details_types: z.array(z.string().max(255)).max(100).optional(),
  allow_all_scopes: z.boolean().optional(),
}
const CreateBody = z.strictObject({
  client_id: z.string().min(1).max(128).describe('ID of the client.'),
  audience: z.string().min(1).max(600).describe('The audience (API identifier) of this client grant'),
  scope: scope.default([]),
  subject_type: z.enum(['client', 'user']).default('client'),
  ...settings,
})
const UpdateBody = z.strictObject({ scope: scope.nullable().optional(), ...settings })
const ListQuery = z.strictObject({
  ...checkpointQuery,
  client_id: z.string().optional(),
  audience: z.string().optional(),
  allow_any_organization: z.enum(['true', 'false']).optional(),
  subject_type: z.enum(['client', 'user']).optional(),
  default_for: z.string().optional(),
})

const missing = () => new ManagementError(404, 'The grant does not exist.', 'inexistent_client_grant')

const subjectOf = ({ settings: { subject_type: type } }: Pick<GrantRow, 'settings'>) => type ?? 'client'

interface GrantRow {
  id: string
  client_id: string
  audience: string
  scope: string[]
  settings: JsonObject
}

/** Everything under `/client-grants`: what applications may have of an API without a person. */
export function clientGrantsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const columns = ['id', 'client_id', 'audience', 'scope', 'settings', 'created_at'] as const
  const present = (req: Request, { settings: rest, ...grant }: GrantRow) => ({
    id: grant.id,
    client_id: grant.client_id,
    audience: toAudience(originOf(context, req), grant.audience),
    scope: grant.scope,
    subject_type: 'client',
    ...rest,
  })
  const find = async (id: string) => {
    const grant = await db.selectFrom('client_grants').select(columns).where('id', '=', id).executeTakeFirst()
    if (!grant) throw missing()
    return grant
  }
  const requireScopes = async (identifier: string, scopes: string[]) => {
    const api = await findResourceServer(db, identifier)
    if (!api) throw new ManagementError(404, 'The resource server does not exist', 'inexistent_resource_server')
    const unknown = scopes.find((name) => !api.scopes.some(({ value }) => value === name))
    if (unknown !== undefined)
      throw badRequest(`The following scopes are not defined in the API: ${unknown}`, 'invalid_scope')
  }

  router.get('/client-grants', async (req, res) => {
    requireScope(req, 'read:client_grants')
    const query = validate(ListQuery, req.query, 'query')
    const { client_id: clientId, audience } = query
    const rows = await db
      .selectFrom('client_grants')
      .select(columns)
      .$if(clientId !== undefined, (grants) => grants.where('client_id', '=', clientId ?? ''))
      .$if(audience !== undefined, (grants) =>
        grants.where('audience', '=', toIdentifier(context.origins(), audience ?? '')),
      )
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    const all = rows.filter(
      (row) =>
        (query.subject_type ?? subjectOf(row)) === subjectOf(row) &&
        (query.allow_any_organization ?? String(row.settings.allow_any_organization ?? false)) ===
          String(row.settings.allow_any_organization ?? false),
    )
    res.json(
      listed(query, {
        name: 'client_grants',
        all,
        checkpointOf: ({ created_at: at, id }) => ({ at, id }),
        present: (row) => present(req, row),
      }),
    )
  })

  router.post('/client-grants', async (req, res) => {
    requireScope(req, 'create:client_grants')
    const { client_id: clientId, audience, scope: scopes, ...rest } = validate(CreateBody, req.body, 'body')
    const identifier = toIdentifier(context.origins(), audience)
    const client = await findClient(db, clientId)
    if (!client) throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
    if (client.settings.app_type === 'express_configuration')
      throw badRequest('Client of type express_configuration cannot be used', 'validation_error')
    await requireScopes(identifier, scopes)
    const row = await db
      .insertInto('client_grants')
      .values({
        id: prefixedId('cgr'),
        client_id: clientId,
        audience: identifier,
        scope: scopes,
        settings: JSON.stringify(rest),
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning(columns)
      .executeTakeFirst()
    if (!row) throw new ManagementError(409, 'A resource with this identifier already exists.', 'client_grant_conflict')
    res.status(201).json(present(req, row))
  })

  router.get('/client-grants/:id', async (req, res) => {
    requireScope(req, 'read:client_grants')
    res.json(present(req, await find(req.params.id)))
  })

  router.patch('/client-grants/:id', async (req, res) => {
    requireScope(req, 'update:client_grants')
    const { scope: wanted, ...rest } = validate(UpdateBody, req.body, 'body')
    const before = await find(req.params.id)
    if (wanted) await requireScopes(before.audience, wanted)
    await db
      .updateTable('client_grants')
      .set({ ...(wanted && { scope: wanted }), settings: JSON.stringify({ ...before.settings, ...rest }) })
      .where('id', '=', before.id)
      .execute()
    res.json(present(req, await find(before.id)))
  })

  router.delete('/client-grants/:id', async (req, res) => {
    requireScope(req, 'delete:client_grants')
    await db.deleteFrom('client_grants').where('id', '=', req.params.id).execute()
    res.status(204).end()
  })

  router.get('/client-grants/:id/organizations', async (req, res) => {
    requireScope(req, 'read:organization_client_grants')
    const query = validate(PagingQuery, req.query, 'query')
    const { id } = await find(req.params.id)
    const rows = await db
      .selectFrom('organization_client_grants')
      .innerJoin('organizations', 'organizations.id', 'organization_client_grants.organization_id')
      .selectAll('organizations')
      .where('grant_id', '=', id)
      .orderBy('organizations.created_at')
      .orderBy('organizations.id')
      .execute()
    res.json(pagedOf(query, { name: 'organizations', all: rows.map(presentOrganization) }))
  })
  return router
}
