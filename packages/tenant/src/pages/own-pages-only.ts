import type { RequestHandler } from 'express'
import type { TenantContext } from '../tenant-context.ts'
import { showErrorPage } from './page.ts'

/**
 * Lets a form through that was sent from a page of ours, or by a program; a page elsewhere that sends it in its visitor's name is refused. Over TLS
 * the session's cookie comes along from other sites, which silent sign-in needs, so that the cookie proves nothing of who asked.
 */
export function ownPagesOnly({ origins }: Pick<TenantContext, 'origins'>): RequestHandler {
  return (req, res, next) => {
    if (req.method !== 'POST') return next()
    const site = req.headers['sec-fetch-site']
    const { origin } = req.headers
    // Our pages send no referrer, and so `Origin: null`; where the browser says nothing of the site, another origin gives itself away.
    const isForeign =
      site === undefined ? origin !== undefined && origin !== 'null' && !origins().includes(origin) : site !== 'same-origin' && site !== 'none' // prettier-ignore
    if (!isForeign) return next()
    showErrorPage(res, {
      status: 403,
      title: 'This came from another site',
      detail: 'Another site sent this form in your name. Nothing was done. Go back to the application and try again.',
    })
  }
}
