import { transaction } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { prefixedId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { checkpointQuery, listed } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'
import { organizationClientsRoutes } from './organization-clients.routes.ts'
import {
  ConnectionBody,
  addConnection,
  listConnections,
  organizationConnectionsRoutes,
  presentConnection,
} from './organization-connections.routes.ts'
import { organizationInvitationsRoutes } from './organization-invitations.routes.ts'
import { organizationMembersRoutes } from './organization-members.routes.ts'
import { findOrganization, lockOrganization, presentOrganization } from './organizations.store.ts'

const colour = z.string().regex(/^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$/, 'Object didn\'t pass validation for format css-color') // prettier-ignore
const quota = z.looseObject({ client_credentials: z.record(z.string(), z.unknown()) })
const settings = {
  branding: z
    .strictObject({
      logo_url: z.url({ protocol: /^https$/ }).max(1024).optional(),
      colors: z.looseObject({ primary: colour, page_background: colour }).partial().optional(),
    })
    .describe('Theme defines how to style the login pages.'),
  metadata: z
    .record(z.string().max(255), z.string().max(255).nullable())
    .refine((value) => Object.keys(value).length <= 25, 'Too many properties defined, maximum 25')
    .describe('Metadata associated with the organization, in the form of an object with string values (max 255 chars).'),
  token_quota: quota.nullable(),
  third_party_client_access: z.enum(['allow', 'block']),
  is_app_entitlement_active: z.boolean(),
} // prettier-ignore
const name = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[a-z0-9_-]+$/, 'String does not match pattern: ^(?!org_)[a-z0-9][a-z0-9_-]*$')
  .refine((text) => !text.startsWith('org_'), 'String does not match pattern: ^(?!org_)[a-z0-9][a-z0-9_-]*$')
  .describe('The name of this organization.')
const displayName = z.string().min(1).max(255).describe('Friendly name of this organization.')
const UpdateBody = z.strictObject({
  name: name.optional(),
  display_name: displayName.optional(),
  ...z.object(settings).partial().shape,
})
const CreateBody = z.strictObject({
  ...UpdateBody.shape,
  name,
  enabled_connections: z
    .array(z.strictObject({ connection_id: z.string().max(64), ...ConnectionBody.shape }))
    .max(10)
    .optional()
    .describe('Connections that will be enabled for this organization.'),
})
const ListQuery = z.strictObject({
  ...checkpointQuery,
  sort: z.string().max(100).regex(/^(name|display_name|created_at):-?1$/).optional().describe('Field to sort by. Use <code>field:order</code> where order is <code>1</code> for ascending and <code>-1</code> for descending.'),
  include_client_association_for: z.string().max(128).optional(),
}) // prettier-ignore

const taken = () => new ManagementError(409, 'An organization with this name already exists.', 'organization_conflict')

/** Everything under `/organizations`: the customers, teams or partners whose people sign in together. */
export function organizationsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()

  router.get('/organizations', async (req, res) => {
    requireScope(req, 'read:organizations', 'read:organizations_summary')
    const query = validate(ListQuery, req.query, 'query')
    const [field = 'created_at', direction] = query.sort?.split(':') ?? []
    const all = await db
      .selectFrom('organizations')
      .selectAll()
      .orderBy(field as 'created_at', direction === '-1' ? 'desc' : 'asc') // one of three, says the schema
      .orderBy('id')
      .execute()
    res.json(
      listed(query, {
        name: 'organizations',
        all,
        checkpointOf: ({ created_at: at, id }) => ({ at, id }),
        present: presentOrganization,
      }),
    )
  })

  router.post('/organizations', async (req, res) => {
    requireScope(req, 'create:organizations')
    const body = validate(CreateBody, req.body, 'body')
    const { name: given, display_name: shown, enabled_connections: connections, ...rest } = body
    if (connections) requireScope(req, 'create:organization_connections')
    const id = prefixedId('org')
    const row = await transaction(db, async (trx) => {
      const added = await trx
        .insertInto('organizations')
        .values({ id, name: given, display_name: shown ?? null, settings: withoutNull({}, rest), created_at: now() })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!added) throw taken()
      for (const { connection_id: connectionId, ...options } of connections ?? []) {
        await addConnection(trx, { organizationId: id, connectionId, body: options, now: now() })
      }
      return added
    })
    const enabled = connections && (await listConnections(db, id))
    res.status(201).json({
      ...presentOrganization(row),
      ...(enabled && { enabled_connections: enabled.map((connection) => presentConnection(connection)) }),
    })
  })

  router.get('/organizations/name/:name', async (req, res) => {
    requireScope(req, 'read:organizations')
    const row = await db.selectFrom('organizations').selectAll().where('name', '=', req.params.name).executeTakeFirst()
    if (!row) throw new ManagementError(404, 'No organization found by that id or name')
    res.json(presentOrganization(row))
  })

  router.get('/organizations/:id', async (req, res) => {
    requireScope(req, 'read:organizations', 'read:organizations_summary')
    res.json(presentOrganization(await findOrganization(db, req.params.id)))
  })

  router.patch('/organizations/:id', async (req, res) => {
    requireScope(req, 'update:organizations')
    const { name: given, display_name: shown, ...rest } = validate(UpdateBody, req.body, 'body')
    const row = await transaction(db, async (trx) => {
      const before = await lockOrganization(trx, req.params.id)
      const others = given === undefined ? undefined : await trx.selectFrom('organizations').select('id').where('name', '=', given).where('id', '!=', before.id).executeTakeFirst() // prettier-ignore
      if (others) throw taken()
      return trx
        .updateTable('organizations')
        .set({
          name: given ?? before.name,
          display_name: shown ?? before.display_name,
          settings: withoutNull(before.settings, rest),
        })
        .where('id', '=', before.id)
        .returningAll()
        .executeTakeFirstOrThrow()
    })
    res.json(presentOrganization(row))
  })

  router.delete('/organizations/:id', async (req, res) => {
    requireScope(req, 'delete:organizations')
    const { id } = await findOrganization(db, req.params.id)
    await db.deleteFrom('organizations').where('id', '=', id).execute()
    res.status(204).end()
  })

  router.use(organizationConnectionsRoutes(context), organizationMembersRoutes(context))
  router.use(organizationInvitationsRoutes(context), organizationClientsRoutes(context))
  return router
}

/** What is named replaces what was; null takes it away. */
function withoutNull(before: object, change: object): string {
  const after = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return JSON.stringify(Object.fromEntries(after))
}
