import { Router, urlencoded } from 'express'
import { formTargetsOf, stepForm, submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import { showPage } from '../pages/page.ts'
import { respond } from '../oidc/answer.ts'
import type { TenantContext } from '../tenant-context.ts'
import { recordConsent } from './consents.store.ts'
import { nextStep } from './next-step.ts'
import { pageOf, proceed, showExpired } from './proceed.ts'
import { readField } from './read-field.ts'
import { findSignIn, saveProgress, takeSignIn } from './transactions.store.ts'

/** Agreeing to what an application of somebody else asks for, or not. */
export function consentRoutes(context: TenantContext): Router {
  const router = Router()

  router.get(pageOf.consent, async (req, res) => {
    const signIn = await findSignIn(context, req, req.query.state)
    if (!signIn) return showExpired(res)
    const next = await nextStep(context, signIn)
    if (next.step !== 'consent') return proceed(context, { req, res }, signIn)
    const { client, request, state } = signIn
    const items = next.asked.scopes.map(({ meaning }) => html`<li>${meaning}</li>`)
    showPage(res, {
      title: `Let ${client.name} in?`,
      formTargets: formTargetsOf(request),
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Let ${client.name} in?</h1>
        <p>
          It asks, in the name of
          ${next.user.email ?? next.user.name ?? next.user.user_id}${next.asked.api ? `, for ${next.asked.api.name}` : ''},
          to:
        </p>
        <ul class="asked">
          ${items}
        </ul>
        ${stepForm({
          action: pageOf.consent,
          state,
          children: [
            submit('Accept'),
            html`<button type="submit" class="plain" name="decline" value="yes">Decline</button>`,
          ],
        })}`,
    })
  })

  router.post(pageOf.consent, urlencoded({ extended: false, limit: '64kb' }), async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    const next = await nextStep(context, signIn)
    if (next.step !== 'consent') return proceed(context, { req, res }, signIn)
    if (readField(req.body, 'decline') !== '') {
      if (!(await takeSignIn(context, signIn))) return showExpired(res)
      return respond(res, signIn.request, { error: 'access_denied', error_description: 'User did not authorize the request' }) // prettier-ignore
    }
    await recordConsent(context, { userId: next.user.user_id, clientId: signIn.client.clientId, asked: next.asked })
    await proceed(
      context,
      { req, res },
      await saveProgress(context, signIn, { ...signIn.progress, hasConsented: true }),
    )
  })
  return router
}
