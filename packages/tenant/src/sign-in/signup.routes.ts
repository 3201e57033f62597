import { Router, urlencoded } from 'express'
import type { Response } from 'express'
import { identifiersOf } from '../accounts/identifiers.ts'
import { checkPolicy, sayRule } from '../accounts/password-policy.ts'
import type { PasswordVerdict } from '../accounts/password-policy.ts'
import { SignUpRefused, signUp } from '../accounts/sign-up.ts'
import type { Connection } from '../connections/connections.store.ts'
import { findInvitation } from '../organizations/organization-sign-in.ts'
import { field, formTargetsOf, problemBox, stepForm, submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import type { Markup } from '../pages/html.ts'
import { showErrorPage, showPage } from '../pages/page.ts'
import { addressOf, originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { CreateUserBody } from '../users/user-input.ts'
import { proceed, showExpired } from './proceed.ts'
import { readField } from './read-field.ts'
import { waysOf } from './sign-in-connections.ts'
import { findSignIn, saveProgress } from './transactions.store.ts'
import type { SignIn } from './transactions.store.ts'

interface Typed {
  email: string
  username: string
  phone_number: string
}

/** Opening an account, and signing in with it. */
export function signupRoutes(context: TenantContext): Router {
  const router = Router()

  router.get('/u/signup', async (req, res) => {
    const signIn = await findSignIn(context, req, req.query.state)
    if (!signIn) return showExpired(res)
    const connection = await openTo(signIn)
    if (!connection) return showShut(res)
    const invited = await invitedAddress(signIn)
    const typed = { email: invited ?? signIn.request.loginHint ?? '', username: '', phone_number: '' }
    showSignUpPage(res, { signIn, connection, typed, isInvited: invited !== undefined })
  })

  router.post('/u/signup', urlencoded({ extended: false, limit: '64kb' }), async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    const connection = await openTo(signIn)
    if (!connection) return showShut(res)
    const invited = await invitedAddress(signIn)
    const typed = {
      email: invited ?? readField(req.body, 'email').trim(),
      username: readField(req.body, 'username').trim(),
      phone_number: readField(req.body, 'phone_number').trim(),
    }
    const password = readField(req.body, 'password')
    const again = (problem: string, policy?: PasswordVerdict) =>
      showSignUpPage(res, { signIn, connection, typed, isInvited: invited !== undefined, problem, policy, status: 400 })
    const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''))
    const checked = CreateUserBody.pick({ email: true, username: true, phone_number: true }).safeParse(given)
    if (!checked.success) return again(`This ${nameOf(String(checked.error.issues[0]?.path[0]))} is not valid.`)
    try {
      const user = await signUp(context, {
        ...checked.data,
        connection,
        client: signIn.client,
        password,
        origin: originOf(context, req),
        ip: addressOf(req),
        userAgent: req.headers['user-agent'],
      })
      const progress = {
        userId: user.user_id,
        authenticatedAt: context.now().toISOString(),
        amr: ['pwd'],
        connection: connection.name,
        organizationId: signIn.progress.organizationId,
      }
      await proceed(context, { req, res }, await saveProgress(context, signIn, progress))
    } catch (error) {
      if (!(error instanceof SignUpRefused)) throw error
      if (error.reason === 'weak') return again('This password is too easy to guess.', error.policy)
      if (error.reason === 'exists') return again('This account could not be opened. If you have one already, sign in instead.') // prettier-ignore
      again(error.message)
    }
  })

  const openTo = async (signIn: SignIn): Promise<Connection | undefined> => (await waysOf(context, signIn)).signUp

  /** Whoever follows an invitation opens an account for the address it was sent to. */
  async function invitedAddress({ request }: SignIn): Promise<string | undefined> {
    const { invitation: ticket, organization: organizationId } = request
    if (ticket === undefined || organizationId === undefined) return undefined
    return (await findInvitation(context.db, { ticket, organizationId, now: context.now() }))?.email
  }
  return router
}

const nameOf = (name: string) =>
  name === 'email' ? 'e-mail address' : name === 'phone_number' ? 'phone number' : 'username'

function showShut(res: Response): void {
  showErrorPage(res, {
    status: 403,
    title: 'No new accounts here',
    detail: 'This application does not let people open accounts themselves. Ask whoever runs it.',
  })
}

/** The rules, and which of them what was typed already meets. */
export function ruleList(verdict: PasswordVerdict): Markup {
  const rules = verdict.rules.map(
    (rule) =>
      html`<li class="${rule.verified ? 'met' : ''}">
        ${[sayRule(rule), (rule.items ?? []).map(sayRule).join(', ')].filter(Boolean).join(' ')}
      </li>`,
  )
  return html`<ul class="rules">
    ${rules}
  </ul>`
}

function showSignUpPage(
  res: Response,
  {
    signIn: { state, client, request },
    connection,
    typed,
    isInvited,
    problem,
    policy,
    status = 200,
  }: {
    signIn: SignIn
    connection: Connection
    typed: Typed
    isInvited: boolean
    problem?: string
    policy?: PasswordVerdict | undefined
    status?: number
  },
): void {
  const uses = identifiersOf(connection.options)
  const one = (name: keyof Typed, label: string, type: 'email' | 'text' | 'tel', autocomplete: string) =>
    uses[name] === 'none'
      ? undefined
      : field({ name, label, type, value: typed[name], autocomplete, isRequired: uses[name] === 'required', isFocused: name === 'email' && typed.email === '' && problem === undefined }) // prettier-ignore
  showPage(res, {
    status,
    title: problem === undefined ? `Sign up for ${client.name}` : `Problem: sign up for ${client.name}`,
    formTargets: formTargetsOf(request),
    body: html`
      <p class="mark">Rollcall tenant</p>
      <h1>Sign up</h1>
      <p>${isInvited ? `You were invited as ${typed.email}. Choose a password to join.` : `to continue to ${client.name}`}</p>
      ${problemBox(problem)}
      ${stepForm({
        action: '/u/signup',
        state,
        children: [
          isInvited ? undefined : one('email', 'E-mail address', 'email', 'email'),
          one('username', 'Username', 'text', 'username'),
          one('phone_number', 'Phone number, with country code', 'tel', 'tel'),
          field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hasProblem: problem !== undefined, isFocused: isInvited || problem !== undefined }),
          ruleList(policy ?? checkPolicy(connection.options, '')),
          submit('Continue'),
        ],
      })}
      <p><a href="/u/login?state=${state}">You have an account? Sign in</a></p>
    `,
  }) // prettier-ignore
}
