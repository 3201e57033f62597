import type { Response } from 'express'
import { unguessable } from '../hashing.ts'
import { html, Markup } from './html.ts'

/** JSON that can stand inside a script element: nothing in it ends the element or opens a comment. */
const scriptJson = (value: unknown) =>
  new Markup(
    JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

/** `response_mode=web_message`: hands the answer to the page that opened the frame, and to no other origin. */
export function postToOpener(
  res: Response,
  { answer, targetOrigin }: { answer: Record<string, string>; targetOrigin: string },
): void {
  const nonce = unguessable()
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'nonce-${nonce}'; frame-ancestors ${targetOrigin}; base-uri 'none'`,
  )
  const message = { type: 'authorization_response', response: answer }
  res.type('html').send(
    html`<!doctype html>
      <html lang="en">
        <head>
          <title>Authorization response</title>
          <script nonce="${nonce}">
            ;(window.opener || window.parent).postMessage(${scriptJson(message)}, ${scriptJson(targetOrigin)})
          </script>
        </head>
        <body></body>
      </html>`.text,
  )
}

/** `response_mode=form_post` (OAuth 2.0 Form Post Response Mode). */
export function postForm(
  res: Response,
  { answer, redirectUri }: { answer: Record<string, string>; redirectUri: string },
): void {
  const nonce = unguessable()
  res.setHeader('Cache-Control', 'no-store')
  const target = new URL(redirectUri).origin
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'nonce-${nonce}'; form-action ${target}; frame-ancestors 'none'; base-uri 'none'`,
  )
  const fields = Object.entries(answer).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  res.type('html').send(
    html`<!doctype html>
      <html lang="en">
        <head>
          <title>Signing in</title>
        </head>
        <body>
          <form method="post" action="${redirectUri}">
            ${fields}
            <noscript><button type="submit">Continue</button></noscript>
          </form>
          <script nonce="${nonce}">
            document.forms[0].submit()
          </script>
        </body>
      </html>`.text,
  )
}
