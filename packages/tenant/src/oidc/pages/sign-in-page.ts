import type { Response } from 'express'
import { html } from './html.ts'
import { showPage } from './page.ts'

export function showSignInPage(
  res: Response,
  {
    state,
    clientName,
    login = '',
    problem,
    status = 200,
    redirectUri,
  }: { state: string; clientName: string; login?: string; problem?: string; status?: number; redirectUri: string },
): void {
  showPage(res, {
    status,
    title: problem ? `Problem: sign in to ${clientName}` : `Sign in to ${clientName}`,
    formTargets: [formTargetOf(redirectUri)],
    body: html`
      <p class="mark">Rollcall tenant</p>
      <h1>Sign in</h1>
      <p>to continue to ${clientName}</p>
      ${problem === undefined ? undefined : html`<div class="alert" role="alert" id="problem">${problem}</div>`}
      <form method="post" action="/u/login">
        <input type="hidden" name="state" value="${state}" />
        <label for="username">E-mail address or username</label>
        <input
          id="username"
          name="username"
          value="${login}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          ${login === '' ? html`autofocus` : undefined}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          ${login === '' ? undefined : html`autofocus`}
          ${problem === undefined ? undefined : html`aria-describedby="problem"`}
        />
        <button type="submit">Continue</button>
      </form>
    `,
  })
}

/** What `form-action` must allow for a form whose answer redirects there: an origin, or the scheme of an installed app. */
function formTargetOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}

/** For everything that cannot be sent back to an application, because the application itself is in doubt. */
export function showErrorPage(
  res: Response,
  { status, title, detail }: { status: number; title: string; detail: string },
): void {
  showPage(res, {
    status,
    title,
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>${title}</h1>
      <p>${detail}</p>`,
  })
}
