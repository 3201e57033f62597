import type { Response } from 'express'
import { html } from './html.ts'
import type { Markup } from './html.ts'

/**
 * Shows a page in the tenant's own look: no script, nothing from elsewhere, never in somebody's frame.
 * @param formTargets where its form may lead: the browser holds a redirect after the form to this, too
 */
export function showPage(
  res: Response,
  {
    status = 200,
    title,
    body,
    formTargets = [],
  }: { status?: number; title: string; body: Markup; formTargets?: string[] },
): void {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/u/style.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`
  res.status(status).setHeader('Cache-Control', 'no-store')
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' ${formTargets.join(' ')}; frame-ancestors 'none'; base-uri 'none'`,
  )
  res.type('html').send(page.text)
}

/** Something that was done, and what comes next. */
export function showNotice(
  res: Response,
  {
    title,
    detail,
    link,
    status = 200,
  }: { title: string; detail: string; link?: { label: string; url: string } | undefined; status?: number },
): void {
  showPage(res, {
    status,
    title,
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>${title}</h1>
      <p>${detail}</p>
      ${link === undefined ? undefined : html`<p><a href="${link.url}">${link.label}</a></p>`}`,
  })
}

/** For everything that cannot be sent back to an application, because the application itself is in doubt. */
export function showErrorPage(
  res: Response,
  { status, title, detail }: { status: number; title: string; detail: string },
): void {
  showNotice(res, { status, title, detail })
}

/** The look of the tenant's pages; the same colours as the dashboard. */
export const styleSheet = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #16191f; --soft: #565d6b; --line: #c9ced8; --accent: #3b4cca; --accent-ink: #fff; --bad: #b3261e; --bad-ground: #fdecea; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0f1115; --card: #181b21; --ink: #eceef2; --soft: #a5adbb; --line: #3a404c; --accent: #9aa7ff; --accent-ink: #11142a; --bad: #ffb4ab; --bad-ground: #3a1b18; }
}
* { box-sizing: border-box; }
html { font: 16px/1.5 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); }
main { width: 100%; min-width: 0; max-width: 25rem; overflow-wrap: anywhere; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 8px 30px rgb(0 0 0 / .06); }
main:has(.wide) { max-width: 44rem; }
.mark { display: flex; align-items: center; gap: .5rem; font-weight: 650; letter-spacing: -.01em; margin: 0 0 1.25rem; color: var(--soft); }
.mark::before { content: ""; width: 1.1rem; height: 1.1rem; border-radius: 5px; background: var(--accent); }
h1 { font-size: 1.4rem; line-height: 1.25; letter-spacing: -.015em; margin: 0 0 .35rem; }
p { margin: 0 0 1.25rem; color: var(--soft); }
label { display: block; font-weight: 550; font-size: .9rem; margin: 0 0 .35rem; }
input:not([type=hidden]) { width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .75rem; margin: 0 0 1rem; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 1px; border-color: var(--accent); }
button { width: 100%; font: inherit; font-weight: 600; padding: .65rem 1rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--accent-ink); cursor: pointer; }
button:hover { filter: brightness(1.06); }
a { color: var(--accent); }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
.alert { background: var(--bad-ground); color: var(--bad); border-radius: 8px; padding: .65rem .8rem; margin: 0 0 1rem; font-size: .92rem; }
form ~ p { margin: .6rem 0 0; font-size: .95rem; }
form + p { margin-top: 1.1rem; }
button.plain { background: transparent; color: var(--accent); border: 1px solid var(--line); margin-top: .6rem; }
ul.rules { list-style: none; margin: -.4rem 0 1rem; padding: 0; font-size: .88rem; color: var(--soft); }
ul.rules li::before { content: "○ "; }
ul.rules li.met { color: var(--ink); }
ul.rules li.met::before { content: "✓ "; }
ul.asked { margin: 0 0 1.25rem; padding-left: 1.2rem; }
.choices { display: grid; gap: .6rem; }
.code-input { font-size: 1.3rem !important; letter-spacing: .25em; font-variant-numeric: tabular-nums; }
.qr { display: grid; place-items: center; background: #fff; padding: .75rem; border-radius: 8px; margin: 0 0 1rem; }
.qr svg { width: 100%; max-width: 13rem; height: auto; display: block; }
.secret { display: block; text-align: center; font-size: 1.05rem; letter-spacing: .08em; padding: .6rem; border: 1px dashed var(--line); border-radius: 8px; margin: 0 0 1.25rem; color: var(--ink); }
.mail { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0 0 1rem; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; padding: .45rem .5rem .45rem 0; border-top: 1px solid var(--line); vertical-align: top; font-weight: 400; }
`
