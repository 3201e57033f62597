import { Router, urlencoded } from 'express'
import type { Response } from 'express'
import type { PasswordVerdict } from '../accounts/password-policy.ts'
import { policyOf, requestReset, resetPassword } from '../accounts/reset-password.ts'
import { findClient } from '../clients/clients.store.ts'
import { field, problemBox, submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import { showErrorPage, showNotice, showPage } from '../pages/page.ts'
import { addressOf, originOf } from '../request-origin.ts'
import type { JsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { peekTicket, useTicket } from '../tickets/tickets.store.ts'
import type { TicketKind } from '../tickets/tickets.store.ts'
import { removeUserBlocks } from '../user-blocks/user-blocks.store.ts'
import { findUser } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { showExpired } from './proceed.ts'
import { readField } from './read-field.ts'
import { ruleList } from './signup.routes.ts'
import { waysOf } from './sign-in-connections.ts'
import { findSignIn } from './transactions.store.ts'

/**
 * What links in mail do: set a new password, confirm an address, open an account that was shut. Mail programs follow links by themselves, so
 * only confirming an address, which harms nobody, is done by opening one; Auth0 does the same.
 */
export function accountLinksRoutes(context: TenantContext): Router {
  const router = Router()
  const { db, now } = context
  const form = urlencoded({ extended: false, limit: '64kb' })

  router.get('/u/reset-password/request', async (req, res) => {
    const signIn = await findSignIn(context, req, req.query.state)
    if (!signIn) return showExpired(res)
    showPage(res, {
      title: 'Forgot your password?',
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Forgot your password?</h1>
        <p>We send you a link by which you set a new one.</p>
        <form method="post" action="/u/reset-password/request">
          <input type="hidden" name="state" value="${signIn.state}" />
          ${field({ name: 'username', label: 'E-mail address or username', autocomplete: 'username', isFocused: true })}
          ${submit('Send the link')}
        </form>
        <p><a href="/u/login?state=${signIn.state}">Back to sign-in</a></p>`,
    })
  })
  router.post('/u/reset-password/request', form, async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    await requestReset(context, {
      login: readField(req.body, 'username'),
      connections: (await waysOf(context, signIn)).databases,
      origin: originOf(context, req),
      clientId: signIn.client.clientId,
      ip: addressOf(req),
    })
    showNotice(res, {
      title: 'Look into your mail',
      detail: 'If there is an account of that name, a link to set a new password is on its way. It is good once, for five days.', // prettier-ignore
      link: { label: 'Back to sign-in', url: `/u/login?state=${signIn.state}` },
    })
  })

  /** Whom a link is for, as long as it is good. */
  const holderOf = async (kind: TicketKind, token: string): Promise<UserRow | undefined> => {
    const ticket = await peekTicket(db, { kind, token, now: now() })
    return ticket && findUser(db, ticket.user_id)
  }

  router.get('/u/reset-password', async (req, res) => {
    const token = readField(req.query, 'ticket')
    const user = await holderOf('password_change', token)
    if (!user) return showSpent(res)
    showResetPage(res, { token, user, policy: await policyOf(context, user, '') })
  })
  router.post('/u/reset-password', form, async (req, res) => {
    const token = readField(req.body, 'ticket')
    const password = readField(req.body, 'password')
    const user = await holderOf('password_change', token)
    if (!user) return showSpent(res)
    const about = { user_id: user.user_id, user_name: user.email ?? undefined, ip: addressOf(req), user_agent: req.headers['user-agent'] } // prettier-ignore
    if (password !== readField(req.body, 'repeated')) {
      const problem = 'The two are not the same.'
      return showResetPage(res, { token, user, policy: await policyOf(context, user, password), problem, status: 400 })
    }
    const result = await resetPassword(context, { token, user, password })
    if (result.verdict === 'weak') {
      context.logs.write({ ...about, type: 'fcp', description: 'Password is too weak' })
      return showResetPage(res, { token, user, policy: result.policy, problem: 'This password is too easy to guess.', status: 400 }) // prettier-ignore
    }
    if (result.verdict === 'gone') return showSpent(res)
    context.logs.write({ ...about, type: 'scp', description: 'Password changed' })
    await lead(res, user, result.request, {
      code: 'success',
      title: 'Your password is changed',
      detail: 'You were signed out everywhere. Sign in again with the new password.',
    })
  })

  router.get('/u/email-verification', async (req, res) => {
    const token = readField(req.query, 'ticket')
    const ticket = req.method === 'HEAD' ? undefined : await useTicket(db, { kind: 'email_verification', token, now: now() }) // prettier-ignore
    const user = ticket && (await findUser(db, ticket.user_id))
    const isTheirs = user && (ticket.request.email === undefined || ticket.request.email === user.email)
    if (!isTheirs) {
      if (user) context.logs.write({ type: 'fv', user_id: user.user_id, description: 'The address has changed since.' })
      return showSpent(res)
    }
    await db
      .updateTable('users')
      .set({ email_verified: true, updated_at: now() })
      .where('user_id', '=', user.user_id)
      .where('email', '=', user.email)
      .execute()
    context.logs.write({ type: 'sv', user_id: user.user_id, user_name: user.email ?? undefined, ip: addressOf(req) })
    await lead(res, user, ticket.request, {
      code: 'success',
      title: 'Your address is confirmed',
      detail: `Thank you. ${user.email ?? ''} is yours.`,
    })
  })

  router.get('/u/unblock', async (req, res) => {
    const token = readField(req.query, 'ticket')
    const user = await holderOf('unblock', token)
    if (!user) return showSpent(res)
    showPage(res, {
      title: 'Open the account again',
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Open the account again?</h1>
        <p>${user.email ?? ''} was shut after many failed attempts to sign in.</p>
        <form method="post" action="/u/unblock">
          <input type="hidden" name="ticket" value="${token}" />
          ${submit('Open it')}
        </form>`,
    })
  })
  router.post('/u/unblock', form, async (req, res) => {
    const ticket = await useTicket(db, { kind: 'unblock', token: readField(req.body, 'ticket'), now: now() })
    if (!ticket) return showSpent(res)
    await removeUserBlocks(db, { userId: ticket.user_id })
    context.logs.write({ type: 'ublkdu', user_id: ticket.user_id, ip: addressOf(req), description: 'User unblocked' })
    showNotice(res, { title: 'The account is open again', detail: 'You can sign in.' })
  })

  /** To where the link's maker wanted its holder to go, told how it went; or a page that says so. */
  async function lead(
    res: Response,
    user: UserRow,
    request: JsonObject,
    { code, title, detail }: { code: string; title: string; detail: string },
  ): Promise<void> {
    const client = typeof request.client_id === 'string' ? await findClient(db, request.client_id) : undefined
    const route = client?.settings.initiate_login_uri
    const target = typeof request.result_url === 'string' && request.result_url !== '' ? request.result_url : undefined
    if (target === undefined || !/^https?:$/.test(new URL(target).protocol)) {
      const link = typeof route === 'string' && URL.canParse(route) ? { label: 'Go on', url: route } : undefined
      return showNotice(res, { title, detail, link })
    }
    const url = new URL(target)
    const told = {
      supportSignUp: 'true',
      supportForgotPassword: 'true',
      ...(request.includeEmailInRedirect === true && { email: user.email ?? '' }),
      message: title,
      success: 'true',
      code,
    }
    for (const [name, value] of Object.entries(told)) url.searchParams.set(name, value)
    res.redirect(302, url.href)
  }
  return router
}

function showSpent(res: Response): void {
  showErrorPage(res, {
    status: 400,
    title: 'This link is good no more',
    detail: 'It was used already, or it is too old. Ask for a new one.',
  })
}

function showResetPage(
  res: Response,
  {
    token,
    user,
    policy,
    problem,
    status = 200,
  }: { token: string; user: UserRow; policy: PasswordVerdict; problem?: string; status?: number },
): void {
  showPage(res, {
    status,
    title: problem === undefined ? 'Set a new password' : 'Problem: set a new password',
    // The answer may lead to where the link's maker chose.
    formTargets: ['http:', 'https:'],
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Set a new password</h1>
      <p>for ${user.email ?? user.username ?? user.name ?? ''}</p>
      ${problemBox(problem)}
      <form method="post" action="/u/reset-password">
        <input type="hidden" name="ticket" value="${token}" />
        ${field({ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', isFocused: true, hasProblem: problem !== undefined })}
        ${ruleList(policy)}
        ${field({ name: 'repeated', label: 'The same once more', type: 'password', autocomplete: 'new-password' })}
        ${submit('Set the password')}
      </form>`,
  }) // prettier-ignore
}
