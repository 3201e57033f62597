import { Router, urlencoded } from 'express'
import type { Response } from 'express'
import { findOrganizationBy } from '../organizations/organization-sign-in.ts'
import { field, formTargetsOf, problemBox, stepForm, submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import { showPage } from '../pages/page.ts'
import type { TenantContext } from '../tenant-context.ts'
import { nextStep } from './next-step.ts'
import { pageOf, proceed, showExpired } from './proceed.ts'
import { readField } from './read-field.ts'
import { findSignIn, saveProgress } from './transactions.store.ts'
import type { SignIn } from './transactions.store.ts'

/** Saying which organization: before signing in, by its name; afterwards, out of one's own. */
export function organizationRoutes(context: TenantContext): Router {
  const router = Router()
  const form = urlencoded({ extended: false, limit: '64kb' })

  router.get(pageOf['find-organization'], async (req, res) => {
    const signIn = await findSignIn(context, req, req.query.state)
    if (!signIn) return showExpired(res)
    showPrompt(res, { signIn, typed: '' })
  })
  router.post(pageOf['find-organization'], form, async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    const typed = readField(req.body, 'organization').trim()
    const organization = typed === '' ? undefined : await findOrganizationBy(context.db, typed, true)
    if (!organization) return showPrompt(res, { signIn, typed, problem: 'There is no organization of this name.' })
    const progress = { ...signIn.progress, organizationId: organization.id }
    await proceed(context, { req, res }, await saveProgress(context, signIn, progress))
  })

  router.get(pageOf['choose-organization'], async (req, res) => {
    const signIn = await findSignIn(context, req, req.query.state)
    if (!signIn) return showExpired(res)
    const next = await nextStep(context, signIn)
    if (next.step !== 'choose-organization') return proceed(context, { req, res }, signIn)
    const choices = next.choices.map(
      ({ id, name, display_name: shown }) =>
        html`<button type="submit" class="plain" name="organization" value="${id}">${shown ?? name}</button>`,
    )
    showPage(res, {
      title: 'Choose an organization',
      formTargets: formTargetsOf(signIn.request),
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Choose an organization</h1>
        <p>to continue to ${signIn.client.name}</p>
        ${stepForm({ action: pageOf['choose-organization'], state: signIn.state, children: [html`<div class="choices">${choices}</div>`] })}`,
    })
  })
  router.post(pageOf['choose-organization'], form, async (req, res) => {
    const signIn = await findSignIn(context, req, readField(req.body, 'state'))
    if (!signIn) return showExpired(res)
    const next = await nextStep(context, signIn)
    if (next.step !== 'choose-organization') return proceed(context, { req, res }, signIn)
    const chosen = next.choices.find(({ id }) => id === readField(req.body, 'organization'))
    if (!chosen) return res.redirect(302, `${pageOf['choose-organization']}?state=${signIn.state}`)
    const progress = { ...signIn.progress, organizationId: chosen.id }
    await proceed(context, { req, res }, await saveProgress(context, signIn, progress))
  })
  return router
}

function showPrompt(res: Response, { signIn, typed, problem }: { signIn: SignIn; typed: string; problem?: string }) {
  showPage(res, {
    status: problem === undefined ? 200 : 400,
    title: problem === undefined ? 'Your organization' : 'Problem: your organization',
    formTargets: formTargetsOf(signIn.request),
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Your organization</h1>
      <p>Which one do you want to sign in to ${signIn.client.name} with?</p>
      ${problemBox(problem)}
      ${stepForm({
        action: pageOf['find-organization'],
        state: signIn.state,
        children: [
          field({ name: 'organization', label: 'Name of the organization', value: typed, autocomplete: 'organization', isFocused: true, hasProblem: problem !== undefined }),
          submit('Continue'),
        ],
      })}`,
  }) // prettier-ignore
}
