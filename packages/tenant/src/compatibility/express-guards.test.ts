import { createRequire } from 'node:module'
import type express from 'express'
import type { Request, RequestHandler } from 'express'
import { auth, claimIncludes, requiredScopes } from 'express-oauth2-jwt-bearer'
import { expressjwt } from 'express-jwt'
import jwtAuthz from 'express-jwt-authz'
import jwksRsa from 'jwks-rsa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { listen } from './listen.ts'

const require = createRequire(import.meta.url)
// As in the tutorials of 2020: Express 4, express-jwt 6, jwks-rsa 1. They came without types that fit beside today's.
const express4 = require('express-4') as typeof express
const jwt6 = require('express-jwt-6') as (options: Record<string, unknown>) => RequestHandler
const jwksRsa1 = require('jwks-rsa-1') as { expressJwtSecret(options: Record<string, unknown>): unknown }
const express5 = require('express') as typeof express

const audience = 'https://messages.example/api'

let tenant: TestTenant
let tokens: { reader: string; writer: string; foreign: string }
beforeAll(async () => {
  tenant = await startTestTenant()
  const scopes = ['read:messages', 'write:messages'].map((value) => ({ value, description: value }))
  await tenant.api('POST', '/resource-servers', { name: 'Messages', identifier: audience, scopes })
  await tenant.api('POST', '/client-grants', {
    client_id: tenant.m2m.clientId,
    audience,
    scope: scopes.map(({ value }) => value),
  })
  tokens = {
    reader: await getToken({ audience, scope: 'read:messages' }),
    writer: await getToken({ audience, scope: 'write:messages' }),
    foreign: await tenant.managementToken(),
  }
})
afterAll(() => tenant.close())

/** The request of the tutorial's last chapter: JSON, POST, as `curl` and `request` send it. */
async function getToken(wanted: { audience: string; scope: string }): Promise<string> {
  const response = await fetch(`${tenant.http}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: tenant.m2m.clientId,
      client_secret: tenant.m2m.clientSecret,
      grant_type: 'client_credentials',
      ...wanted,
    }),
  })
  const answer = (await response.json()) as { access_token: string; scope: string }
  expect(answer.scope).toBe(wanted.scope)
  return answer.access_token
}

function tutorialOf2020(): express.Express {
  const app = express4()
  const checkJwt = jwt6({
    secret: jwksRsa1.expressJwtSecret({
      cache: true,
      rateLimit: true,
      jwksRequestsPerMinute: 5,
      jwksUri: `${tenant.http}/.well-known/jwks.json`,
    }),
    audience,
    issuer: `${tenant.http}/`,
    algorithms: ['RS256'],
  })
  app.get('/api/private', checkJwt, (_req, res) => void res.json({ message: 'Hello' }))
  app.get('/api/private-scoped', checkJwt, jwtAuthz(['read:messages']), (req, res) => {
    res.json((req as Request & { user: unknown }).user)
  })
  app.use(asJson)
  return app
}

function expressJwt8(): express.Express {
  const app = express5()
  const checkJwt = expressjwt({
    secret: jwksRsa.expressJwtSecret({ jwksUri: `${tenant.http}/.well-known/jwks.json` }) as never,
    audience,
    issuer: `${tenant.http}/`,
    algorithms: ['RS256'],
  })
  app.get('/api/private', checkJwt, (_req, res) => void res.json({ message: 'Hello' }))
  app.get('/api/private-scoped', checkJwt, jwtAuthz(['read:messages'], { customUserKey: 'auth' }), (req, res) => {
    res.json((req as Request & { auth: unknown }).auth)
  })
  app.use(asJson)
  return app
}

function oauth2JwtBearer(): express.Express {
  const app = express5()
  app.use('/api', auth({ issuerBaseURL: tenant.http, audience }))
  app.get('/api/private', (_req, res) => void res.json({ message: 'Hello' }))
  app.get('/api/private-scoped', requiredScopes('read:messages'), (req, res) => {
    res.json(req.auth?.payload)
  })
  app.get('/api/mine', claimIncludes('azp', tenant.m2m.clientId), (_req, res) => void res.json({ message: 'Mine' }))
  app.use(asJson)
  return app
}

const asJson: express.ErrorRequestHandler = (error: { status?: number; message: string }, _req, res, next) => {
  if (res.headersSent) return next(error)
  res.status(error.status ?? 500).json({ message: error.message })
}

describe.each([
  ['express-jwt 6, jwks-rsa 1 and express-jwt-authz, on Express 4', tutorialOf2020],
  ['express-jwt 8, jwks-rsa 4 and express-jwt-authz', expressJwt8],
  ['express-oauth2-jwt-bearer', oauth2JwtBearer],
])('an API guarded by %s', (_name, build) => {
  let api: { url: string; close: () => Promise<void> }
  beforeAll(async () => {
    api = await listen(build())
  })
  afterAll(() => api.close())
  const call = async (path: string, token?: string) => {
    const response = await fetch(`${api.url}${path}`, {
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    })
    return { status: response.status, text: await response.text() }
  }

  test('lets nobody in without a token, nor with one that is not for it', async () => {
    expect((await call('/api/private')).status).toBe(401)
    expect((await call('/api/private', tokens.foreign)).status).toBe(401)
    const [head = '', , signature = ''] = tokens.reader.split('.')
    const [, otherBody = ''] = tokens.writer.split('.')
    expect((await call('/api/private', [head, otherBody, signature].join('.'))).status).toBe(401)
  })

  test('lets a token in, and further only with the scope', async () => {
    expect(await call('/api/private', tokens.writer)).toEqual({ status: 200, text: '{"message":"Hello"}' })
    expect((await call('/api/private-scoped', tokens.writer)).status).toBe(403)
    const { status, text } = await call('/api/private-scoped', tokens.reader)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      iss: `${tenant.http}/`,
      sub: `${tenant.m2m.clientId}@clients`,
      aud: audience,
      azp: tenant.m2m.clientId,
      scope: 'read:messages',
      gty: 'client-credentials',
    })
  })

  test('keeps letting tokens in when the tenant changes its signing key', async () => {
    await tenant.tenant.context.keys.rotate()
    const fresh = await getToken({ audience, scope: 'read:messages' })
    expect((await call('/api/private', fresh)).status).toBe(200)
    expect((await call('/api/private', tokens.reader)).status).toBe(200)
  })
})

test('express-oauth2-jwt-bearer reads the tenant’s claims', async () => {
  const api = await listen(oauth2JwtBearer())
  const response = await fetch(`${api.url}/api/mine`, { headers: { authorization: `Bearer ${tokens.writer}` } })
  expect(await response.json()).toEqual({ message: 'Mine' })
  await api.close()
})
