import { Router, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { renderSVG } from 'uqr'
import {
  addMethod,
  listMethods,
  renewRecoveryCode,
  secretOf,
} from '../authentication-methods/authentication-methods.store.ts'
import { newTotpSecret, totpUri } from '../authentication-methods/totp.ts'
import { tryRecoveryCode, tryTotp } from '../mfa/use-factor.ts'
import { field, formTargetsOf, problemBox, stepForm, submit } from '../pages/forms.ts'
import { Markup, html } from '../pages/html.ts'
import { showPage } from '../pages/page.ts'
import { addressOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { readTenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { nextStep } from './next-step.ts'
import { pageOf, proceed, showExpired } from './proceed.ts'
import { readField } from './read-field.ts'
import { findSignIn, saveProgress } from './transactions.store.ts'
import type { SignIn } from './transactions.store.ts'

const throttled = 'Too many wrong codes. Wait a quarter of an hour, then try again.'
const wrong = 'This code is not right, or was used already. Wait for the next one and try again.'

/** The second factor: showing it, getting one, and the code for the day it is lost. */
export function mfaRoutes(context: TenantContext): Router {
  const router = Router()
  const form = urlencoded({ extended: false, limit: '64kb' })

  /** The sign-in, if this is its step; whoever stands elsewhere is led there. */
  async function at<Name extends 'challenge' | 'enrol'>(
    { req, res }: { req: Request; res: Response },
    name: Name,
    state: unknown,
  ) {
    const signIn = await findSignIn(context, req, state)
    if (!signIn) return showExpired(res)
    const next = await nextStep(context, signIn)
    if (next.step !== name) return proceed(context, { req, res }, signIn)
    return { signIn, next: next as Extract<typeof next, { step: Name }> }
  }
  const strengthen = (signIn: SignIn) => {
    const { enrolment: _done, ...progress } = signIn.progress
    return saveProgress(context, signIn, { ...progress, amr: [...(progress.amr ?? []), 'otp', 'mfa'] })
  }

  router.get(pageOf.challenge, async (req, res) => {
    const here = await at({ req, res }, 'challenge', req.query.state)
    if (here) showChallenge(res, { signIn: here.signIn })
  })
  router.post(pageOf.challenge, form, async (req, res) => {
    const here = await at({ req, res }, 'challenge', readField(req.body, 'state'))
    if (!here) return
    const { signIn, next } = here
    const result = await tryTotp(context, {
      user: next.user,
      ip: addressOf(req),
      clientId: signIn.client.clientId,
      method: next.totp,
      code: readField(req.body, 'code'),
    })
    if (result !== 'good') {
      const isWrong = result === 'wrong'
      return showChallenge(res, { signIn, problem: isWrong ? wrong : throttled, status: isWrong ? 400 : 429 })
    }
    await proceed(context, { req, res }, await strengthen(signIn))
  })

  router.get('/u/mfa-recovery-code-challenge', async (req, res) => {
    const here = await at({ req, res }, 'challenge', req.query.state)
    if (here) showRecovery(res, { signIn: here.signIn })
  })
  router.post('/u/mfa-recovery-code-challenge', form, async (req, res) => {
    const here = await at({ req, res }, 'challenge', readField(req.body, 'state'))
    if (!here) return
    const { signIn, next } = here
    const result = await tryRecoveryCode(context, {
      user: next.user,
      ip: addressOf(req),
      clientId: signIn.client.clientId,
      code: readField(req.body, 'code'),
    })
    if (typeof result === 'string') {
      const isWrong = result === 'wrong'
      const problem = isWrong ? 'This recovery code is not right.' : throttled
      return showRecovery(res, { signIn, problem, status: isWrong ? 400 : 429 })
    }
    await strengthen(signIn)
    showRecoveryCode(res, { signIn, code: result.renewed, isNew: false })
  })

  router.get(pageOf.enrol, async (req, res) => {
    const here = await at({ req, res }, 'enrol', req.query.state)
    if (!here) return
    const { method, secret } = await enrolmentOf(here.signIn, here.next.user)
    const signIn = await saveProgress(context, here.signIn, { ...here.signIn.progress, enrolment: method.id })
    await showEnrolment(res, { signIn, user: here.next.user, secret })
  })
  router.post(pageOf.enrol, form, async (req, res) => {
    const here = await at({ req, res }, 'enrol', readField(req.body, 'state'))
    if (!here) return
    const { signIn, next } = here
    const { method, secret } = await enrolmentOf(signIn, next.user)
    const result = await tryTotp(context, {
      user: next.user,
      ip: addressOf(req),
      clientId: signIn.client.clientId,
      method,
      code: readField(req.body, 'code'),
    })
    if (result !== 'good') {
      const isWrong = result === 'wrong'
      return showEnrolment(res, { signIn, user: next.user, secret, problem: isWrong ? wrong : throttled, status: isWrong ? 400 : 429 }) // prettier-ignore
    }
    await strengthen(signIn)
    const code = await renewRecoveryCode(context, next.user.user_id)
    showRecoveryCode(res, { signIn, code, isNew: true })
  })

  router.post('/u/mfa-recovery-code', form, async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    await proceed(context, { req, res }, signIn)
  })

  /** The enrolment this sign-in has begun, or a new one. It counts once its first code was shown. */
  async function enrolmentOf({ progress }: SignIn, user: UserRow) {
    const begun = (await listMethods(context.db, user.user_id)).find(({ id, confirmed }) => id === progress.enrolment && !confirmed) // prettier-ignore
    const kept = begun && secretOf(context, begun)
    if (begun && kept !== undefined) return { method: begun, secret: kept }
    const secret = newTotpSecret()
    const method = await addMethod(context, { userId: user.user_id, type: 'totp', confirmed: false, secret })
    return { method, secret }
  }

  async function showEnrolment(
    res: Response,
    {
      signIn,
      user,
      secret,
      problem,
      status = 200,
    }: { signIn: SignIn; user: UserRow; secret: string; problem?: string; status?: number },
  ): Promise<void> {
    const { friendly_name: issuer } = await readTenantSettings(context.db)
    const account = user.email ?? user.username ?? user.user_id
    const uri = totpUri({ secret, issuer: String(issuer), account })
    showPage(res, {
      status,
      title: problem === undefined ? 'Secure your account' : 'Problem: secure your account',
      formTargets: formTargetsOf(signIn.request),
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Secure your account</h1>
        <p>Scan this with an authenticator app, then type the code it shows.</p>
        ${problemBox(problem)}
        <div class="qr" role="img" aria-label="QR code for an authenticator app">
          ${new Markup(renderSVG(uri, { ecc: 'M', border: 1 }))}
        </div>
        <p>Or type this into the app:</p>
        <code class="secret">${secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
        ${stepForm({ action: pageOf.enrol, state: signIn.state, children: [codeField(problem), submit('Continue')] })}`,
    })
  }
  return router
}

const codeField = (problem: string | undefined) =>
  field({ name: 'code', label: 'Six-digit code', autocomplete: 'one-time-code', isFocused: true, isCode: true, hasProblem: problem !== undefined }) // prettier-ignore

function showChallenge(
  res: Response,
  { signIn, problem, status = 200 }: { signIn: SignIn; problem?: string; status?: number },
): void {
  showPage(res, {
    status,
    title: problem === undefined ? 'Verify that it is you' : 'Problem: verify that it is you',
    formTargets: formTargetsOf(signIn.request),
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Verify that it is you</h1>
      <p>Open your authenticator app and type the code it shows.</p>
      ${problemBox(problem)}
      ${stepForm({ action: pageOf.challenge, state: signIn.state, children: [codeField(problem), submit('Continue')] })}
      <p>
        <a href="/u/mfa-recovery-code-challenge?state=${signIn.state}">The app is lost? Use your recovery code</a>
      </p>`,
  })
}

function showRecovery(
  res: Response,
  { signIn, problem, status = 200 }: { signIn: SignIn; problem?: string; status?: number },
): void {
  showPage(res, {
    status,
    title: problem === undefined ? 'Use your recovery code' : 'Problem: use your recovery code',
    formTargets: formTargetsOf(signIn.request),
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Use your recovery code</h1>
      <p>You were shown it when you set up your authenticator app. It is good once; you get another.</p>
      ${problemBox(problem)}
      ${stepForm({
        action: '/u/mfa-recovery-code-challenge',
        state: signIn.state,
        children: [
          field({ name: 'code', label: 'Recovery code', autocomplete: 'off', isFocused: true, hasProblem: problem !== undefined }),
          submit('Continue'),
        ],
      })}
      <p><a href="${pageOf.challenge}?state=${signIn.state}">Back to the authenticator app</a></p>`,
  }) // prettier-ignore
}

function showRecoveryCode(
  res: Response,
  { signIn, code, isNew }: { signIn: SignIn; code: string; isNew: boolean },
): void {
  showPage(res, {
    title: 'Keep your recovery code',
    formTargets: formTargetsOf(signIn.request),
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Keep this recovery code</h1>
      <p>
        ${isNew ? 'It lets you in when the authenticator app is lost.' : 'It takes the place of the one you just used.'}
        Copy it to a safe place now: it is not shown again.
      </p>
      <code class="secret">${code.replace(/(.{4})(?=.)/g, '$1-')}</code>
      ${stepForm({ action: '/u/mfa-recovery-code', state: signIn.state, children: [submit('I have kept it')] })}`,
  })
}
