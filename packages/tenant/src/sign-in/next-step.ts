import { secondFactorOf } from '../mfa/policy.ts'
import type { AuthenticationMethod } from '../authentication-methods/authentication-methods.store.ts'
import {
  acceptInvitation,
  findInvitation,
  joins,
  organizationUseOf,
  organizationsOf,
} from '../organizations/organization-sign-in.ts'
import type { OrganizationRow } from '../organizations/organizations.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findUser } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { askedFor, hasConsented } from './consents.store.ts'
import type { Asked } from './consents.store.ts'
import type { SignIn } from './transactions.store.ts'

/** What is still to be done before the application gets its answer. */
export type Step =
  | { step: 'find-organization' }
  | { step: 'login' }
  | { step: 'choose-organization'; choices: OrganizationRow[] }
  | { step: 'challenge'; user: UserRow; totp: AuthenticationMethod }
  | { step: 'enrol'; user: UserRow }
  | { step: 'consent'; user: UserRow; asked: Asked }
  | { step: 'refuse'; error: string; description: string }
  | { step: 'answer'; user: UserRow; organization: OrganizationRow | undefined }

const refuse = (error: string, description: string): Step => ({ step: 'refuse', error, description })

/**
 * The next step of a sign-in, read from what was asked for and what was proven so far: which organization, who, in that organization, with a
 * second factor, in agreement with what the application asks for. The same for a session that was there before.
 */
export async function nextStep(context: TenantContext, signIn: Omit<SignIn, 'state'>): Promise<Step> {
  const { request, client, progress } = signIn
  const { usage, prompt } = organizationUseOf(client)
  const organizationId = request.organization ?? progress.organizationId
  const isDue = usage === 'require' && organizationId === undefined && request.deviceCode === undefined
  if (isDue && prompt === 'pre_login_prompt') return { step: 'find-organization' }
  if (progress.userId === undefined) return { step: 'login' }
  const user = await findUser(context.db, progress.userId)
  if (!user) return { step: 'login' }
  if (user.blocked) return refuse('unauthorized', 'user is blocked')

  if (isDue) {
    const choices = await organizationsOf(context.db, user.user_id)
    if (choices.length > 0) return { step: 'choose-organization', choices }
    return refuse(
      'access_denied',
      'client requires organization membership, but user does not belong to any organization',
    )
  }
  const organization =
    organizationId === undefined
      ? undefined
      : await context.db.selectFrom('organizations').selectAll().where('id', '=', organizationId).executeTakeFirst()
  if (organizationId !== undefined && !organization)
    return refuse('invalid_request', 'parameter organization is invalid')
  const isStrong = progress.amr?.includes('mfa') ?? false
  if (!isStrong) {
    const factor = await secondFactorOf(context, { userId: user.user_id, acrValues: request.acrValues })
    if (factor.need === 'challenge') return { step: 'challenge', user, totp: factor.totp }
    if (factor.need === 'enrol') return { step: 'enrol', user }
  }
  // Nobody becomes a member who has not shown all they are asked to show.
  if (organization) {
    const refusal = await enter(context, { signIn, user, organization })
    if (refusal) return refusal
  }
  const mayAsk = !client.settings.is_first_party || request.prompt === 'consent'
  if (mayAsk && progress.hasConsented !== true) {
    const asked = await askedFor(context, request)
    const isSettled =
      request.prompt !== 'consent' &&
      (await hasConsented(context, { userId: user.user_id, clientId: client.clientId, asked }))
    if (!isSettled) return { step: 'consent', user, asked }
  }
  return { step: 'answer', user, organization }
}

/** Lets someone into an organization, by invitation or as a member. @returns why not */
async function enter(
  context: TenantContext,
  { signIn, user, organization }: { signIn: Omit<SignIn, 'state'>; user: UserRow; organization: OrganizationRow },
): Promise<Step | undefined> {
  const { request, client, progress } = signIn
  const about = {
    user_id: user.user_id,
    user_name: user.email ?? user.name ?? undefined,
    client_id: client.clientId,
    organization_id: organization.id,
    organization_name: organization.name,
  }
  if (request.invitation !== undefined) {
    const invitation = await findInvitation(context.db, { ticket: request.invitation, organizationId: organization.id, now: context.now() }) // prettier-ignore
    if (invitation && invitation.email !== user.email) {
      context.logs.write({ ...about, type: 'fi', description: 'The invitation is for another e-mail address.' })
      return refuse('access_denied', 'the specified account is not allowed to accept the current invitation')
    }
    if (invitation && (await acceptInvitation(context, { invitation, user }))) {
      context.logs.write({ ...about, type: 'si', description: 'Invitation accepted' })
    }
  }
  if (await joins(context, { organization, user, connection: progress.connection })) return undefined
  if (request.invitation !== undefined) return refuse('access_denied', 'invitation not found or already used')
  return refuse('access_denied', `user ${user.user_id} is not part of the ${organization.id} organization`)
}
