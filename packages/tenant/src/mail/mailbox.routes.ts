import { Router } from 'express'
import type { RequestHandler } from 'express'
import { html } from '../pages/html.ts'
import { showErrorPage, showPage } from '../pages/page.ts'
import { isStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findMail, listMails } from './mails.store.ts'
import type { KeptMail } from './mails.store.ts'

/**
 * The mailbox of a tenant that sends no mail: for whoever sits at this machine. Links in mail open accounts, so it answers nobody else: neither
 * another machine, nor a page elsewhere that had its name resolve to this one.
 */
export function mailboxRoutes(context: TenantContext): Router {
  const router = Router()
  const { db, mail } = context

  const ownMachineOnly: RequestHandler = (req, res, next) => {
    const peer = req.socket.remoteAddress ?? ''
    const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(peer)
    const isOurs = context.origins().some((origin) => new URL(origin).host === req.headers.host)
    // A page of another site must not read it either, whatever CORS would say.
    const isSameSite = ['same-origin', 'none', undefined].includes(req.headers['sec-fetch-site'] as string | undefined)
    if (isLocal && isOurs && isSameSite && req.headers['x-forwarded-for'] === undefined) return next()
    showErrorPage(res, {
      status: 403,
      title: 'This mailbox is shut',
      detail: 'It can only be opened on the machine that the tenant runs on, by its own address.',
    })
  }

  router.get('/mailbox', ownMachineOnly, async (req, res) => {
    await mail.flush()
    const to = typeof req.query.to === 'string' && isStorable(req.query.to) ? req.query.to : undefined
    const mails = await listMails(db, { limit: 100, to })
    if (req.query.format === 'json') return void res.setHeader('Cache-Control', 'no-store').json(mails.map(toJson))
    const row = (kept: KeptMail) =>
      html`<tr>
        <td><a href="/mailbox/${kept.id}">${kept.subject}</a></td>
        <td>${kept.recipient}</td>
        <td><time datetime="${kept.created_at.toISOString()}">${readable(kept.created_at)}</time></td>
      </tr>`
    showPage(res, {
      title: 'Mailbox',
      body: html`<div class="wide">
        <p class="mark">Rollcall tenant</p>
        <h1>Mailbox</h1>
        <p>
          ${mail.isSent ? 'Mail is sent by SMTP; only text messages are kept here.' : 'Mail this tenant would have sent. With SMTP_URL set it is sent instead.'}
        </p>
        ${
          mails.length === 0
            ? html`<p>Nothing here yet.</p>`
            : html`<table>
                <thead>
                  <tr>
                    <th scope="col">Subject</th>
                    <th scope="col">To</th>
                    <th scope="col">When (UTC)</th>
                  </tr>
                </thead>
                <tbody>
                  ${mails.map(row)}
                </tbody>
              </table>`
        }
      </div>`,
    })
  })

  router.get('/mailbox/:id', ownMachineOnly, async (req, res) => {
    await mail.flush()
    const kept = /^\w{16}$/.test(req.params.id as string) ? await findMail(db, req.params.id as string) : undefined
    if (!kept)
      return showErrorPage(res, { status: 404, title: 'No such mail', detail: 'It may have been cleared away.' })
    if (req.query.format === 'json') return void res.setHeader('Cache-Control', 'no-store').json(toJson(kept))
    showPage(res, {
      title: kept.subject,
      body: html`<div class="wide">
        <p class="mark">Rollcall tenant</p>
        <h1>${kept.subject}</h1>
        <p>To ${kept.recipient}, ${readable(kept.created_at)} UTC</p>
        <div class="mail">${withLinks(kept.body)}</div>
        <p><a href="/mailbox">All mail</a></p>
      </div>`,
    })
  })
  return router
}

const readable = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ')

const toJson = ({ id, kind, recipient, subject, body, created_at: at }: KeptMail) => ({
  id,
  kind,
  to: recipient,
  subject,
  body,
  links: body.match(/https?:\/\/\S+/g) ?? [],
  created_at: at.toISOString(),
})

const withLinks = (text: string) =>
  text
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
