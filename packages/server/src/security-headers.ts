import type { Request, RequestHandler, Response } from 'express'
import helmet from 'helmet'

/**
 * Nothing but our own files, the tenant and users' pictures. No script or style in the page, so no nonce either.
 * @param tenantOrigin where the dashboard signs in: it fetches tokens there, and asks in a hidden frame whether somebody is signed in
 */
export function securityHeaders(tenantOrigin: string): RequestHandler {
  const headers = headersOf(
    helmet({
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
    }),
  )
  return (_req, res, next) => {
    res.removeHeader('X-Powered-By')
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}

/** They are the same for every answer, so they are made once: helmet would go from one function to the next for each of them. */
function headersOf(handler: ReturnType<typeof helmet>): [string, string][] {
  const headers: [string, string][] = []
  let isDone = false
  const setHeader = (name: string, value: string) => headers.push([name, value])
  const answer = { setHeader, removeHeader: () => undefined }
  handler({} as Request, answer as unknown as Response, (error?: unknown) => {
    if (error !== undefined) throw error
    isDone = true
  })
  // Else an answer would go out without them.
  if (!isDone) throw new Error('The security headers were not made at once.')
  return headers
}
