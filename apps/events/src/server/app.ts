import { join } from 'node:path'
import type { Rollcall, RollcallOptions } from '@rollcall/server'
import express, { type Express } from 'express'
import { auth as requireAccessToken } from 'express-oauth2-jwt-bearer'
import helmet from 'helmet'
import { findEvent, listEvents } from './events.ts'
import { problemHandler, sendProblem } from './problem.ts'

export interface EventsSiteOptions {
  /** The site and the dashboard share one tenant, one API and, to begin with, one single-page application. */
  auth: RollcallOptions['auth']
  tenantOrigin: string
  rollcall: Rollcall
  /** The built site, as a folder of files. */
  clientFolder: string
  now?: () => Date
}

/** An events site, as somebody might have it already. The first line of its body is all that Rollcall takes. */
export function createEventsSite(options: EventsSiteOptions): Express {
  const { auth, tenantOrigin, rollcall, clientFolder, now = () => new Date() } = options
  const app = express().disable('x-powered-by')
  app.use('/dashboard', rollcall)

  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          connectSrc: ["'self'", tenantOrigin],
          frameSrc: [tenantOrigin], // the sign-in library asks there whether somebody is signed in
          workerSrc: ["'self'", 'blob:'], // and keeps refresh tokens in a worker made from a blob
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: false, // this site is served on http://localhost
    }),
  )

  // Options that are left out would be read from environment variables of the same names.
  const { audience } = auth
  const issuer = `${tenantOrigin}/`
  const signedIn = requireAccessToken({ issuerBaseURL: issuer, issuer, audience, jwksUri: '', secret: '' })

  app.get('/config.json', (_req, res) => {
    res.json({ domain: auth.domain, clientId: auth.spaClientId, audience })
  })
  app.get('/events', (_req, res) => {
    res.json(listEvents(now()))
  })
  app.get('/events/:id', signedIn, (req, res) => {
    const event = findEvent(String(req.params.id), now())
    if (!event) return sendProblem(res, 404, 'There is no such event.')
    res.set('Cache-Control', 'no-store').json(event)
  })
  app.get('/me', signedIn, (req, res) => {
    const granted = req.auth?.payload.permissions
    const mayManagePeople = Array.isArray(granted) && granted.includes('manage:users')
    res.set('Cache-Control', 'no-store').json({ mayManagePeople })
  })

  app.use(
    '/assets',
    express.static(join(clientFolder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }),
  )
  app.use(express.static(clientFolder, { index: false }))
  app.get('/{*page}', (_req, res) => {
    res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: clientFolder })
  })
  app.use(problemHandler)
  return app
}
