import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Nothing but our own files, the tenant and users' pictures. No script or style in the page, so no nonce either.
 * @param tenantOrigin where the dashboard signs in: it fetches tokens there, and asks in a hidden frame whether somebody is signed in
 */
export function securityHeaders(tenantOrigin: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'https:', tenantOrigin],
        connectSrc: ["'self'", tenantOrigin],
        frameSrc: [tenantOrigin],
        // The sign-in library keeps refresh tokens in a worker that it makes from a blob.
        workerSrc: ["'self'", 'blob:'],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // Of the whole host, so for whoever owns it to say; and never on http://localhost.
    strictTransportSecurity: false,
  })
}
