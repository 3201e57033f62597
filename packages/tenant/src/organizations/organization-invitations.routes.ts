import type { Selectable } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { sha256 } from '../hashing.ts'
import { prefixedId, randomText } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { FieldsQuery, PagingQuery, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantSchema } from '../schema.ts'
import { seal, unseal } from '../sealing.ts'
import { readTenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { listConnections } from './organization-connections.routes.ts'
import { findOrganization } from './organizations.store.ts'
import type { OrganizationRow } from './organizations.store.ts'

const longest = 2_592_000
const CreateBody = z.strictObject({
  inviter: z.strictObject({ name: z.string().min(1).max(300).describe("The inviter's name.") }),
  invitee: z.strictObject({ email: z.email().max(320).describe("The invitee's email.") }),
  client_id: z.string().min(1).max(128).describe("Auth0 client ID. Used to resolve the application's login initiation endpoint."),
  connection_id: z.string().max(64).optional().describe('The id of the connection to force invitee to authenticate with.'),
  identity_provider: z.string().max(64).optional(),
  app_metadata: z.record(z.string(), z.unknown()).optional(),
  user_metadata: z.record(z.string(), z.unknown()).optional(),
  ttl_sec: z.int().min(0).max(longest).optional().describe('Number of seconds for which the invitation is valid before expiration. If unspecified or set to 0, this value defaults to 604800 seconds (7 days). Max value: 2592000 seconds (30 days).'),
  roles: z.array(z.string().min(1).max(50)).min(1).max(50).optional().describe('List of roles IDs to associated with the user.'),
  send_invitation_email: z.boolean().default(true),
}) // prettier-ignore

const invitationMissing = () => new ManagementError(404, 'The invitation does not exist.', 'inexistent_invitation')

/** Links by which people are asked to join an organization. */
export function organizationInvitationsRoutes(context: TenantContext): Router {
  const { db, now, secret } = context
  const router = Router()
  const select = (organizationId: string) =>
    db
      .selectFrom('organization_invitations')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('created_at', 'desc')
      .orderBy('id')

  const present = (row: Selectable<TenantSchema['organization_invitations']>, organization: OrganizationRow) => {
    const ticket = unseal(secret, row.ticket_sealed, `invitation ${row.id}`)
    const { login_route: route, ...settings } = row.settings
    const url = new URL(String(route))
    url.searchParams.set('invitation', ticket)
    url.searchParams.set('organization', organization.id)
    url.searchParams.set('organization_name', organization.name)
    return {
      id: row.id,
      ...settings,
      invitation_url: url.href,
      ticket_id: ticket,
      created_at: row.created_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
      organization_id: organization.id,
    }
  }

  router.get('/organizations/:id/invitations', async (req, res) => {
    requireScope(req, 'read:organization_invitations')
    const query = validate(z.object({ ...PagingQuery.shape, sort: z.string().max(100).optional() }), req.query, 'query')
    const organization = await findOrganization(db, req.params.id)
    const rows = await select(organization.id)
      .where('expires_at', '>', now())
      .limit(query.per_page)
      .offset(query.page * query.per_page)
      .execute()
    const items = rows.map((row) => pick(present(row, organization), query.fields, query.include_fields))
    // Of all lists, this one comes without a total.
    res.json(
      query.include_totals ? { invitations: items, start: query.page * query.per_page, limit: query.per_page } : items,
    )
  })

  router.post('/organizations/:id/invitations', async (req, res) => {
    requireScope(req, 'create:organization_invitations')
    const body = validate(CreateBody, req.body, 'body')
    const { ttl_sec: ttl, send_invitation_email: isSent = true, ...settings } = body
    const organization = await findOrganization(db, req.params.id)
    const route = await loginRoute(body.client_id)
    await requireConnection(organization.id, body.connection_id)
    await requireRoles(organization.id, body.roles ?? [])
    const ticket = randomText(32)
    const id = prefixedId('uinv')
    const at = now()
    const row = await db
      .insertInto('organization_invitations')
      .values({
        id,
        organization_id: organization.id,
        ticket_hash: sha256(ticket),
        ticket_sealed: seal(secret, ticket, `invitation ${id}`),
        settings: JSON.stringify({ ...settings, login_route: route }),
        created_at: at,
        expires_at: new Date(at.getTime() + (ttl || 604_800) * 1000),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const shown = present(row, organization)
    if (isSent) {
      const name = organization.display_name ?? organization.name
      context.mail.send({
        kind: 'user_invitation',
        to: body.invitee.email,
        subject: `You are invited to ${name}`,
        paragraphs: [`${body.inviter.name} invites you to join ${name}.`],
        action: { label: 'Accept the invitation', url: shown.invitation_url },
        closing: 'If you do not know what this is about, you need not do anything.',
      })
    }
    res.status(201).json(shown)
  })

  router.get('/organizations/:id/invitations/:invitation', async (req, res) => {
    requireScope(req, 'read:organization_invitations')
    const { fields, include_fields } = validate(FieldsQuery, req.query, 'query')
    const organization = await findOrganization(db, req.params.id)
    const row = await select(organization.id).where('id', '=', req.params.invitation).executeTakeFirst()
    if (!row) throw invitationMissing()
    res.json(pick(present(row, organization), fields, include_fields))
  })

  router.delete('/organizations/:id/invitations/:invitation', async (req, res) => {
    requireScope(req, 'delete:organization_invitations')
    const { id } = await findOrganization(db, req.params.id)
    await db
      .deleteFrom('organization_invitations')
      .where('organization_id', '=', id)
      .where('id', '=', req.params.invitation)
      .execute()
    res.status(204).end()
  })

  /** Where the link leads: the page of the application that begins a sign-in. */
  async function loginRoute(clientId: string): Promise<string> {
    const client = await findClient(db, clientId)
    if (!client) throw badRequest('The specified client_id does not exist.')
    if (client.settings.organization_usage === 'deny')
      throw badRequest('The specified client_id does not allow organizations.')
    const { default_redirection_uri: fallback } = await readTenantSettings(db)
    const route = client.settings.initiate_login_uri ?? fallback
    if (typeof route === 'string' && URL.canParse(route)) return route
    throw badRequest(
      'A default login route is required to generate the invitation url. For more information, see https://auth0.com/docs/universal-login/configure-default-login-routes',
    )
  }

  async function requireConnection(organizationId: string, connectionId: string | undefined): Promise<void> {
    if (connectionId === undefined) return
    const connection = await db
      .selectFrom('connections')
      .select('strategy')
      .where('id', '=', connectionId)
      .executeTakeFirst()
    if (!connection) throw badRequest('The specified connection does not exist.')
    if (connection.strategy === 'email' || connection.strategy === 'sms')
      throw badRequest('Passwordless connections are not supported.')
    const enabled = await listConnections(db, organizationId)
    if (!enabled.some((one) => one.connection_id === connectionId))
      throw badRequest(`The specified connection (${connectionId}) is not enabled for the organization`)
  }

  async function requireRoles(organizationId: string, roles: string[]): Promise<void> {
    if (roles.length === 0) return
    const known = await db
      .selectFrom('roles')
      .select('id')
      .where('id', 'in', roles)
      .where((row) => row.or([row('owner_id', 'is', null), row('owner_id', '=', organizationId)]))
      .execute()
    const unknown = roles.filter((id) => !known.some((role) => role.id === id))
    if (unknown.length > 0) throw badRequest(`One or more of the specified roles do not exist: ${unknown.join(', ')}`)
  }
  return router
}
