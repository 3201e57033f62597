import { Router, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { checkPassword } from '../accounts/check-password.ts'
import { html } from '../pages/html.ts'
import { field, formTargetsOf, problemBox, stepForm, submit } from '../pages/forms.ts'
import { showErrorPage, showPage } from '../pages/page.ts'
import { addressOf, originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { proceed, showExpired } from './proceed.ts'
import { readField } from './read-field.ts'
import { waysOf } from './sign-in-connections.ts'
import type { Ways } from './sign-in-connections.ts'
import { findSignIn, saveProgress } from './transactions.store.ts'
import type { SignIn } from './transactions.store.ts'

/** Signing in with a password. */
export function loginRoutes(context: TenantContext): Router {
  const router = Router()

  router.get('/u/login', async (req, res) => {
    const signIn = await findSignIn(context, req, req.query.state)
    if (!signIn) return showExpired(res)
    const ways = await waysOf(context, signIn)
    const [passwordless] = ways.passwordless
    if (ways.databases.length === 0 && passwordless)
      return res.redirect(302, `/u/login/passwordless-${passwordless.strategy}?state=${signIn.state}`)
    showSignInPage(res, { signIn, ways, login: signIn.request.loginHint ?? '' })
  })

  router.post('/u/login', urlencoded({ extended: false, limit: '64kb' }), async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    await logIn(context, { req, res }, signIn)
  })
  return router
}

async function logIn(context: TenantContext, { req, res }: { req: Request; res: Response }, signIn: SignIn) {
  const ways = await waysOf(context, signIn)
  const login = readField(req.body, 'username')
  const result = await checkPassword(context, {
    login,
    password: readField(req.body, 'password'),
    connections: ways.databases,
    client: signIn.client,
    ip: addressOf(req),
    userAgent: req.headers['user-agent'],
    origin: originOf(context, req),
  })
  if (result.verdict === 'wrong' || result.verdict === 'throttled') {
    const isWrong = result.verdict === 'wrong'
    const problem = isWrong ? 'Wrong e-mail address, username or password.' : 'Too many attempts. Wait five minutes, then try again.'
    return showSignInPage(res, { signIn, ways, login, problem, status: isWrong ? 400 : 429 })
  }
  if (result.verdict === 'shut') {
    return showErrorPage(res, {
      status: 429,
      title: 'This account is shut',
      detail:
        'There were too many failed attempts to sign in to it from here. Its owner has mail with a link that opens it again; a new password does so, too.',
    })
  }
  await proceed(
    context,
    { req, res },
    await saveProgress(context, signIn, {
      userId: result.user.user_id,
      authenticatedAt: context.now().toISOString(),
      amr: ['pwd'],
      ...(result.verdict === 'good' && { connection: result.connection.name }),
      organizationId: signIn.progress.organizationId,
    }),
  )
} // prettier-ignore

function showSignInPage(
  res: Response,
  {
    signIn: { state, client, request },
    ways,
    login,
    problem,
    status = 200,
  }: { signIn: SignIn; ways: Ways; login: string; problem?: string; status?: number },
): void {
  const link = (path: string, label: string) => html`<p><a href="${path}?state=${state}">${label}</a></p>`
  showPage(res, {
    status,
    title: problem === undefined ? `Sign in to ${client.name}` : `Problem: sign in to ${client.name}`,
    formTargets: formTargetsOf(request),
    body: html`
      <p class="mark">Rollcall tenant</p>
      <h1>Sign in</h1>
      <p>to continue to ${client.name}</p>
      ${problemBox(problem)}
      ${stepForm({
        action: '/u/login',
        state,
        children: [
          field({ name: 'username', label: 'E-mail address or username', value: login, autocomplete: 'username', isFocused: login === '' }),
          field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', isFocused: login !== '', hasProblem: problem !== undefined }),
          submit('Continue'),
        ],
      })}
      ${link('/u/reset-password/request', 'Forgot your password?')}
      ${ways.signUp ? link('/u/signup', 'No account yet? Sign up') : undefined}
      ${ways.passwordless.map(({ strategy }) => link(`/u/login/passwordless-${strategy}`, strategy === 'sms' ? 'Get a code by text message instead' : 'Get a code by e-mail instead'))}
    `,
  }) // prettier-ignore
}
