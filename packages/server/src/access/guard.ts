import { Agent } from 'node:https'
import { rootCertificates } from 'node:tls'
import { InvalidInput, NotAuthenticated, Unavailable, type RollcallError } from '@rollcall/http-kit'
import type { Handler, Request, RequestHandler } from 'express'
import { auth, UnauthorizedError } from 'express-oauth2-jwt-bearer'
import { setActor, toActor, type Actor } from './actor.ts'

export interface GuardOptions {
  /** The `iss` of tokens to trust, with its slash: `https://example.eu.auth0.com/`. */
  issuer: string
  /** Further ones, for a tenant that has several names. */
  otherIssuers?: readonly string[]
  /** The `aud` of tokens to trust: the identifier of the application's own API. */
  audience: string
  /** PEM of a certificate authority to trust besides the well-known ones when an issuer's keys are fetched. */
  ca?: string | undefined
}

/**
 * Lets through who shows an access token of the tenant, as bearer or bound by DPoP, and notes who it is.
 *
 * One verifier for each issuer, chosen by the token's own word: the library's way to take several refuses http ones, and so a tenant on
 * this machine, under NODE_ENV=production. The word only chooses; that verifier then checks issuer, signature and audience.
 */
export function createGuard({ issuer, otherIssuers = [], audience, ca }: GuardOptions): RequestHandler {
  const verifyMain = createVerifier(issuer, audience, ca)
  const verifyOthers = new Map(otherIssuers.map((other) => [other, createVerifier(other, audience, ca)]))

  const recent = openRecentTokens()

  return async (req, res, next) => {
    if (req.query.access_token !== undefined) {
      throw new InvalidInput(
        'token-in-address',
        'An access token belongs in the Authorization header: addresses are logged.',
      )
    }
    const known = recent.actorOf(req)
    if (known) {
      setActor(req, known)
      return next()
    }
    const verify = verifyOthers.get(claimedIssuer(req) ?? issuer) ?? verifyMain
    await new Promise<void>((resolve, reject) => {
      void verify(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(toRefusal(error))))
    })
    const actor = toActor(req.auth?.payload ?? {})
    if (!actor) throw new NotAuthenticated('token-invalid', 'The access token does not say whose it is.')
    recent.remember(req, actor)
    setActor(req, actor)
    next()
  }
}

/** So long a token is believed whose issuer may have given up its key meanwhile. */
const believedMs = 30_000
const mostTokens = 1000

/**
 * Whoever looks at a dashboard asks many times in a row, and checking a signature costs more than finding a page of users. A token that is bound
 * by DPoP comes with a proof that is good once: it is checked each time.
 */
function openRecentTokens() {
  const tokens = new Map<string, { actor: Actor; until: number }>()
  return {
    actorOf({ headers }: Request): Actor | undefined {
      const found = headers.dpop === undefined ? tokens.get(headers.authorization ?? '') : undefined
      return found && Date.now() < found.until ? found.actor : undefined
    },
    remember({ headers, auth }: Request, actor: Actor): void {
      const { authorization } = headers
      const { exp, cnf } = auth?.payload ?? {}
      if (authorization === undefined || headers.dpop !== undefined || cnf !== undefined || exp === undefined) return
      if (tokens.size >= mostTokens) tokens.clear()
      tokens.set(authorization, { actor, until: Math.min(exp * 1000, Date.now() + believedMs) })
    },
  }
}

function createVerifier(issuer: string, audience: string, ca: string | undefined): Handler {
  const needsAgent = ca !== undefined && issuer.startsWith('https:')
  return auth({
    issuerBaseURL: issuer,
    issuer,
    audience,
    ...(needsAgent && { agent: new Agent({ keepAlive: true, ca: [...rootCertificates, ca] }) }),
    // Left out, the library would read these from the environment variables of the program it is mounted in.
    jwksUri: '',
    secret: '',
    tokenSigningAlg: '',
  })
}

/** Read, not verified. */
function claimedIssuer(req: Request): string | undefined {
  const payload = req.headers.authorization?.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const isReadable = typeof claims === 'object' && claims !== null
    return isReadable && 'iss' in claims && typeof claims.iss === 'string' ? claims.iss : undefined
  } catch {
    return undefined // no JWT: the verifier says so
  }
}

/**
 * The library tells a token it refuses and keys it could not fetch apart by their words only; what is not about the token is an
 * outage (its own texts, jose's for JWKS, Node's for sockets), and must not sign anybody out.
 */
const outage =
  /^$|^Failed to (fetch|parse)|^Expected 200 OK|^request timed out|JSON Web Key Set (HTTP response|malformed)|^(connect|read|getaddrinfo) E|^socket hang up|certificate/

function toRefusal(error: unknown): unknown {
  if (!(error instanceof UnauthorizedError)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'invalid_token' && outage.test(error.message)) {
    return new Unavailable(
      'tenant-unreachable',
      'The tenant’s keys cannot be fetched, so no access token can be checked.',
      5,
    )
  }
  return refusal(code, error)
}

function refusal(code: string, error: UnauthorizedError): RollcallError {
  const challenge = error.headers['WWW-Authenticate']
  const refuse = (ours: string, detail: string) => new NotAuthenticated(ours, detail, challenge, { cause: error })
  if (code === 'invalid_request') return new InvalidInput('malformed-authorization', `${error.message}.`)
  if (code === 'invalid_dpop_proof')
    return refuse('dpop-proof-invalid', `The DPoP proof is not valid: ${error.message}.`)
  if (code !== 'invalid_token')
    return refuse('token-missing', 'This needs an access token: Authorization: Bearer <token>.')
  if (error.message.startsWith('"exp" claim')) return refuse('token-expired', 'The access token has expired.')
  return refuse('token-invalid', `The access token is not valid here: ${error.message}.`)
}
