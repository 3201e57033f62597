import type { Kysely } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createTicket, ticketUrl } from '../tickets/tickets.store.ts'
import type { TicketRequest } from '../tickets/tickets.store.ts'

/** Sends the mail by which someone shows that an address is theirs. @param db a transaction, if the account is made in one */
export async function sendVerification(
  context: TenantContext,
  {
    userId,
    email,
    origin,
    request,
    db = context.db,
  }: { userId: string; email: string; origin: string; request?: TicketRequest; db?: Kysely<TenantSchema> },
): Promise<void> {
  // The link vouches for the address it was sent to, and for none that the account is given later.
  const { token } = await createTicket(db, {
    kind: 'email_verification',
    userId,
    request: { ...request, email },
    now: context.now(),
  })
  context.mail.send({
    kind: 'verify_email',
    to: email,
    userId,
    subject: 'Verify your e-mail address',
    paragraphs: ['Please confirm that this address is yours.'],
    action: { label: 'Confirm the address', url: ticketUrl(origin, 'email_verification', token) },
    closing: 'The link is good for five days. If you did not ask for it, you need not do anything.',
  })
  context.logs.write({ type: 'svr', user_id: userId, user_name: email, details: { email } })
}
