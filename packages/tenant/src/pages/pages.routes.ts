import { Router } from 'express'
import { originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { html } from './html.ts'
import { showPage, styleSheet } from './page.ts'

/** The look of the pages, and a front page for whoever opens the tenant's address in a browser. */
export function pageRoutes(context: TenantContext): Router {
  const router = Router()
  router.get('/u/style.css', (_req, res) => {
    res.setHeader('Cache-Control', 'public, max-age=3600').type('css').send(styleSheet)
  })
  router.get('/', (req, res) => {
    const origin = originOf(context, req)
    const row = (name: string, address: string) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td><code>${address}</code></td>
      </tr>`
    showPage(res, {
      title: 'Rollcall tenant',
      body: html`<div class="wide">
        <p class="mark">Rollcall tenant</p>
        <h1>A local, Auth0-compatible tenant</h1>
        <p>Applications and SDKs made for Auth0 find here what they expect. Plain HTTP and TLS answer on one port.</p>
        <table>
          <tbody>
            ${row('Issuer', `${origin}/`)} ${row('Metadata', `${origin}/.well-known/openid-configuration`)}
            ${row('Token endpoint', `${origin}/oauth/token`)} ${row('Management API', `${origin}/api/v2/`)}
          </tbody>
        </table>
      </div>`,
    })
  })
  return router
}
