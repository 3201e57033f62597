import { Router } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { databaseUserOf } from '../users/database-user.ts'
import { requireScope } from '../management/authorize.ts'
import { badRequest } from '../management/management-error.ts'
import { validate } from '../management/validate.ts'
import { isMember } from '../organizations/organizations.store.ts'
import { originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createTicket, ticketUrl } from './tickets.store.ts'

export const identity = z.strictObject({
  user_id: z.string().min(1).max(320).describe('user_id of the identity.'),
  provider: z.string().min(1).max(64).describe('Identity provider name of the identity (e.g. `google-oauth2`).'),
  connection_id: z.string().max(64).optional(),
})
const shared = {
  result_url: z.union([z.url(), z.literal('')]).optional().describe('URL the user will be redirected to in the classic Universal Login experience once the ticket is used.'),
  client_id: z.string().max(128).optional().describe('ID of the client.'),
  organization_id: z.string().max(64).optional(),
  ttl_sec: z.int().min(0).max(157_788_000).optional().describe('Number of seconds for which the ticket is valid before expiration. If unspecified or set to 0, this value defaults to 432000 (5 days).'),
  includeEmailInRedirect: z.boolean().optional(),
  identity: identity.optional(),
} // prettier-ignore
const VerificationBody = z.strictObject({ ...shared, user_id: z.string().min(1).max(320).describe('user_id of for whom the ticket should be created.') }) // prettier-ignore
const PasswordBody = z.strictObject({
  ...shared,
  user_id: z.string().min(1).max(320).optional(),
  connection_id: z.string().max(64).optional(),
  email: z.email().max(320).optional(),
  mark_email_as_verified: z.boolean().optional(),
})

/** Links for mails that an application sends itself. */
export function ticketsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const requireParties = async (
    {
      client_id: clientId,
      organization_id: organizationId,
    }: { client_id?: string | undefined; organization_id?: string | undefined },
    userId: string,
  ) => {
    if (clientId !== undefined && !(await findClient(db, clientId))) throw badRequest('The client does not exist')
    if (organizationId === undefined) return
    const exists = await db.selectFrom('organizations').select('id').where('id', '=', organizationId).executeTakeFirst()
    if (!exists) throw badRequest('The organization does not exist')
    if (!(await isMember(db, { organizationId, userId })))
      throw badRequest(`The user with id ${userId} is not a member of organization with id ${organizationId}.`)
  }

  router.post('/tickets/email-verification', async (req, res) => {
    requireScope(req, 'create:user_tickets')
    const body = validate(VerificationBody, req.body, 'body')
    const user = await databaseUserOf(db, { userId: body.user_id, identity: body.identity })
    await requireParties(body, user.user_id)
    const { token } = await createTicket(db, {
      kind: 'email_verification',
      userId: user.user_id,
      request: {
        result_url: body.result_url,
        client_id: body.client_id,
        includeEmailInRedirect: body.includeEmailInRedirect,
      },
      ttlSeconds: body.ttl_sec,
      now: now(),
    })
    res.status(201).json({ ticket: ticketUrl(originOf(context, req), 'email_verification', token) })
  })

  router.post('/tickets/password-change', async (req, res) => {
    requireScope(req, 'create:user_tickets')
    const body = validate(PasswordBody, req.body, 'body')
    const { user_id: userId, email, connection_id: connectionId } = body
    if ((userId === undefined) === (email === undefined))
      throw badRequest('Name the user either by user_id, or by email and connection_id.')
    const user = await databaseUserOf(db, { userId, email, connectionId, identity: body.identity })
    await requireParties(body, user.user_id)
    const { token } = await createTicket(db, {
      kind: 'password_change',
      userId: user.user_id,
      request: {
        result_url: body.result_url,
        client_id: body.client_id,
        includeEmailInRedirect: body.includeEmailInRedirect,
        mark_email_as_verified: body.mark_email_as_verified,
      },
      ttlSeconds: body.ttl_sec,
      now: now(),
    })
    res.status(201).json({ ticket: ticketUrl(originOf(context, req), 'password_change', token) })
  })
  return router
}
