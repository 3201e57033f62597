import { html } from './html.ts'
import type { Markup } from './html.ts'

/** A labelled field. The page works without scripts, so what a browser can check by itself is left to it. */
export function field({
  name,
  label,
  type = 'text',
  value = '',
  autocomplete,
  isFocused = false,
  hasProblem = false,
  isRequired = true,
  isCode = false,
}: {
  name: string
  label: string
  type?: 'text' | 'email' | 'password' | 'tel'
  value?: string
  autocomplete: string
  isFocused?: boolean
  /** The alert above says what is wrong with it. */
  hasProblem?: boolean
  isRequired?: boolean
  /** A short code to be typed in. */
  isCode?: boolean
}): Markup {
  return html`<label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="${autocomplete}"
      autocapitalize="none"
      spellcheck="false"
      ${isRequired ? html`required` : undefined}
      ${isFocused ? html`autofocus` : undefined}
      ${isCode ? html`class="code-input" inputmode="numeric"` : undefined}
      ${hasProblem ? html`aria-describedby="problem" aria-invalid="true"` : undefined}
    />`
}

/** What was wrong, said before anything else. */
export const problemBox = (problem: string | undefined): Markup | undefined =>
  problem === undefined ? undefined : html`<div class="alert" role="alert" id="problem">${problem}</div>`

/** A form that belongs to a sign-in: it carries its state. */
export const stepForm = ({
  action,
  state,
  children,
}: {
  action: string
  state: string
  children: (Markup | undefined)[]
}): Markup =>
  html`<form method="post" action="${action}">
    <input type="hidden" name="state" value="${state}" />
    ${children.filter((child) => child !== undefined)}
  </form>`

export const submit = (label: string): Markup => html`<button type="submit">${label}</button>`

/** What `form-action` must allow for a form whose answer redirects there: an origin, or the scheme of an installed app. */
export function formTargetsOf({ redirectUri }: { redirectUri: string }): string[] {
  if (redirectUri === '') return []
  const { origin, protocol } = new URL(redirectUri)
  return [origin === 'null' ? protocol : origin]
}
