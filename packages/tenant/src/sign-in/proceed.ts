import type { Request, Response } from 'express'
import { approveDevice, denyDevice } from '../device-flow/device-codes.store.ts'
import { answer, respond } from '../oidc/answer.ts'
import { sessionCookie, writeCookie } from '../oidc/cookies.ts'
import type { OrganizationRow } from '../organizations/organizations.store.ts'
import { showErrorPage, showNotice } from '../pages/page.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { findSessionById, lifetimesOf, startSession, strengthenSession } from '../sessions/sessions.store.ts'
import type { Session } from '../sessions/sessions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { readTenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import { recordLogin } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { findInvitation } from '../organizations/organization-sign-in.ts'
import { nextStep } from './next-step.ts'
import type { Step } from './next-step.ts'
import { takeSignIn } from './transactions.store.ts'
import type { SignIn } from './transactions.store.ts'

interface Visit {
  req: Request
  res: Response
}

/** Where each step has its page. */
export const pageOf: Record<Exclude<Step['step'], 'refuse' | 'answer'>, string> = {
  'find-organization': '/u/organization',
  login: '/u/login',
  'choose-organization': '/u/organization/picker',
  challenge: '/u/mfa-otp-challenge',
  enrol: '/u/mfa-otp-enrollment',
  consent: '/u/consent',
}

/** Leads someone on: to the page of what is still to be done, or back to the application. */
export async function proceed(context: TenantContext, { req, res }: Visit, signIn: SignIn): Promise<void> {
  const next = await nextStep(context, signIn)
  if (next.step === 'refuse') {
    if (!(await takeSignIn(context, signIn))) return showExpired(res)
    return refuse(context, { req, res }, signIn, next)
  }
  if (next.step !== 'answer') {
    const page = next.step === 'login' ? await loginPage(context, signIn) : pageOf[next.step]
    return res.redirect(302, `${page}?state=${signIn.state}`)
  }
  if (!(await takeSignIn(context, signIn))) return showExpired(res)
  await finish(context, { req, res }, signIn, next)
}

/** Someone who was invited and has no account yet is to open one; the others sign in. */
export async function loginPage(context: TenantContext, { request }: Omit<SignIn, 'state'>): Promise<string> {
  if (request.invitation !== undefined && request.organization !== undefined) {
    const { invitation: ticket, organization: organizationId } = request
    const invitation = await findInvitation(context.db, { ticket, organizationId, now: context.now() })
    const user = invitation && (await context.db.selectFrom('users').select('user_id').where((row) => row(row.fn<string>('lower', ['email']), '=', invitation.email)).executeTakeFirst()) // prettier-ignore
    return invitation && !user ? '/u/signup' : '/u/login'
  }
  return request.screenHint === 'signup' ? '/u/signup' : '/u/login'
}

async function refuse(
  context: TenantContext,
  { req, res }: Visit,
  { request, client, progress }: SignIn,
  { error, description }: { error: string; description: string },
): Promise<void> {
  context.logs.write({
    type: 'f',
    description,
    client_id: client.clientId,
    client_name: client.name,
    ip: addressOf(req),
    user_agent: req.headers['user-agent'],
    user_id: progress.userId,
    organization_id: request.organization ?? progress.organizationId,
  })
  if (request.deviceCode === undefined) return respond(res, request, { error, error_description: description })
  await denyDevice(context.db, request.deviceCode)
  showErrorPage(res, { status: 403, title: 'The device was not let in', detail: description })
}

async function finish(
  context: TenantContext,
  visit: Visit,
  signIn: SignIn,
  { user, organization }: { user: UserRow; organization: OrganizationRow | undefined },
): Promise<void> {
  const { req, res } = visit
  const { request, client } = signIn
  const session = await sessionFor(context, visit, { signIn, user, organization })
  if (!session) return showExpired(res)
  if (request.deviceCode === undefined)
    return answer(context, { req, res, request, client, session, user, organization })
  const isApproved = await approveDevice(context.db, {
    deviceCode: request.deviceCode,
    userId: user.user_id,
    sessionId: session.session_id,
    now: context.now(),
  })
  if (!isApproved) return showExpired(res)
  showNotice(res, {
    title: 'Your device is connected',
    detail: `${client.name} goes on by itself on your device. You can close this page.`,
  })
}

/** The session of before, if it is still there, or a new one for who has just signed in. */
async function sessionFor(
  context: TenantContext,
  { req, res }: Visit,
  { signIn, user, organization }: { signIn: SignIn; user: UserRow; organization: OrganizationRow | undefined },
): Promise<Session | undefined> {
  const { client, progress } = signIn
  const now = context.now()
  const amr = progress.amr ?? []
  if (progress.sessionId !== undefined) {
    await strengthenSession(context.db, { sessionId: progress.sessionId, amr })
    return findSessionById(context.db, { sessionId: progress.sessionId, now })
  }
  const ip = addressOf(req)
  const userAgent = req.headers['user-agent']
  await recordLogin(context.db, { userId: user.user_id, ip, at: now })
  const lifetimes = lifetimesOf(await readTenantSettings(context.db))
  const { session, cookie } = await startSession(context.db, { userId: user.user_id, amr, ip, userAgent, lifetimes, now }) // prettier-ignore
  const origin = originOf(context, req)
  writeCookie(res, origin, sessionCookie, cookie, lifetimes.absoluteMs)
  const connection = await context.db.selectFrom('connections').select(['id', 'strategy']).where('name', '=', progress.connection ?? user.connection).executeTakeFirst() // prettier-ignore
  context.logs.write({
    type: 's',
    description: 'Successful login',
    client_id: client.clientId,
    client_name: client.name,
    connection: progress.connection ?? user.connection,
    connection_id: connection?.id,
    ip,
    user_agent: userAgent,
    user_id: user.user_id,
    user_name: user.email ?? user.username ?? user.phone_number ?? undefined,
    hostname: new URL(origin).host,
    strategy: connection?.strategy,
    strategy_type: connection?.strategy === 'auth0' ? 'database' : 'passwordless',
    ...(organization && { organization_id: organization.id, organization_name: organization.name }),
  })
  return session
}

export function showExpired(res: Response): void {
  showErrorPage(res, {
    status: 400,
    title: 'This sign-in page has expired',
    detail:
      'It was used already, is too old, or belongs to another browser. Go back to the application and sign in again.',
  })
}
