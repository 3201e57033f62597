import { Router, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Connection } from '../connections/connections.store.ts'
import { field, formTargetsOf, problemBox, stepForm, submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import { showErrorPage, showPage } from '../pages/page.ts'
import { addressOf } from '../request-origin.ts'
import { proceed, showExpired } from '../sign-in/proceed.ts'
import { readField } from '../sign-in/read-field.ts'
import { waysOf } from '../sign-in/sign-in-connections.ts'
import { findSignIn, saveProgress } from '../sign-in/transactions.store.ts'
import type { SignIn } from '../sign-in/transactions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { sendCode, signInByCode } from './passwordless.ts'

const words = {
  email: { label: 'E-mail address', type: 'email', autocomplete: 'email', by: 'mail', schema: z.email().max(320) },
  sms: { label: 'Phone number, with country code', type: 'tel', autocomplete: 'tel', by: 'a text message', schema: z.string().regex(/^\+[0-9]{1,15}$/) },
} as const // prettier-ignore
type Strategy = keyof typeof words

/** Signing in by a code: where to send it, then what it says. */
export function codePagesRoutes(context: TenantContext): Router {
  const router = Router()
  const form = urlencoded({ extended: false, limit: '64kb' })

  for (const strategy of ['email', 'sms'] as const) {
    const page = `/u/login/passwordless-${strategy}`
    router.get(page, async (req, res) => {
      const here = await at({ req, res }, strategy, req.query.state)
      if (here) showAddressPage(res, { ...here, strategy, page, typed: here.signIn.request.loginHint ?? '' })
    })
    router.post(page, form, async (req, res) => {
      const here = await at({ req, res }, strategy, readField(req.body, 'state'))
      if (!here) return
      const typed = readField(req.body, 'address').trim()
      const again = (problem: string, status: number) => showAddressPage(res, { ...here, strategy, page, typed, problem, status }) // prettier-ignore
      const read = words[strategy].schema.safeParse(typed.toLowerCase())
      if (!read.success)
        return again(`This ${strategy === 'sms' ? 'phone number' : 'e-mail address'} is not valid.`, 400)
      const address = { connection: here.connection, client: here.signIn.client, to: read.data }
      if (!(await sendCode(context, address, addressOf(req)))) return again('Too many codes were asked for. Wait an hour, then try again.', 429) // prettier-ignore
      await saveProgress(context, here.signIn, { ...here.signIn.progress, codeSentTo: read.data })
      res.redirect(302, `${page}/code?state=${here.signIn.state}`)
    })
    router.get(`${page}/code`, async (req, res) => {
      const here = await at({ req, res }, strategy, req.query.state)
      if (!here) return
      if (here.signIn.progress.codeSentTo === undefined) return res.redirect(302, `${page}?state=${here.signIn.state}`)
      showCodePage(res, { ...here, strategy, page })
    })
    router.post(`${page}/code`, form, async (req, res) => {
      const here = await at({ req, res }, strategy, readField(req.body, 'state'))
      if (!here) return
      const { signIn, connection } = here
      const { codeSentTo: to, organizationId } = signIn.progress
      if (to === undefined) return res.redirect(302, `${page}?state=${signIn.state}`)
      const result = await signInByCode(context, { connection, client: signIn.client, to }, readField(req.body, 'code'))
      if (result.verdict === 'shut') {
        return showErrorPage(res, { status: 403, title: 'No new accounts here', detail: 'There is no account of this name, and this application does not let people open one themselves.' }) // prettier-ignore
      }
      if (result.verdict === 'wrong') {
        return showCodePage(res, { ...here, strategy, page, problem: 'This code is not right, or it is too old.', status: 400 }) // prettier-ignore
      }
      const progress = {
        userId: result.user.user_id,
        authenticatedAt: context.now().toISOString(),
        amr: ['otp'],
        connection: connection.name,
        organizationId,
      }
      await proceed(context, { req, res }, await saveProgress(context, signIn, progress))
    })
  }

  async function at({ req, res }: { req: Request; res: Response }, strategy: Strategy, state: unknown) {
    const signIn = await findSignIn(context, req, state)
    if (!signIn) return showExpired(res)
    const connection = (await waysOf(context, signIn)).passwordless.find((one) => one.strategy === strategy)
    if (connection) return { signIn, connection }
    showErrorPage(res, { status: 404, title: 'Not here', detail: 'This application does not send codes.' })
    return undefined
  }
  return router
}

interface Shown {
  signIn: SignIn
  connection: Connection
  strategy: Strategy
  page: string
  problem?: string
  status?: number
}

function showAddressPage(res: Response, { signIn, strategy, page, typed, problem, status = 200 }: Shown & { typed: string }) {
  const { label, type, autocomplete, by } = words[strategy]
  showPage(res, {
    status,
    title: problem === undefined ? `Sign in to ${signIn.client.name}` : `Problem: sign in to ${signIn.client.name}`,
    formTargets: formTargetsOf(signIn.request),
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Sign in</h1>
      <p>to continue to ${signIn.client.name}. We send you a code by ${by}.</p>
      ${problemBox(problem)}
      ${stepForm({
        action: page,
        state: signIn.state,
        children: [
          field({ name: 'address', label, type, value: typed, autocomplete, isFocused: true, hasProblem: problem !== undefined }),
          submit('Send the code'),
        ],
      })}`,
  })
} // prettier-ignore

function showCodePage(res: Response, { signIn, page, problem, status = 200 }: Shown) {
  showPage(res, {
    status,
    title: problem === undefined ? 'Type the code' : 'Problem: type the code',
    formTargets: formTargetsOf(signIn.request),
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Type the code</h1>
      <p>We sent it to ${signIn.progress.codeSentTo ?? ''}.</p>
      ${problemBox(problem)}
      ${stepForm({
        action: `${page}/code`,
        state: signIn.state,
        children: [
          field({ name: 'code', label: 'Code', autocomplete: 'one-time-code', isFocused: true, isCode: true, hasProblem: problem !== undefined }),
          submit('Continue'),
        ],
      })}
      <p><a href="${page}?state=${signIn.state}">Send another, or to another address</a></p>`,
  })
} // prettier-ignore
