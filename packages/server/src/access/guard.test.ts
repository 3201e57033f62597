import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { audience } from '../testing/fake-issuer.ts'
import { startServer, type TestServer } from '../testing/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
afterEach(() => vi.unstubAllEnvs())

/** A program's token: answering it needs no user. */
const asProgram = { sub: 'abc@clients' }

const ask = (headers: Record<string, string>, path = '/api/me') => fetch(`${server.url}${path}`, { headers })
const askWith = (token: string) => ask({ authorization: `Bearer ${token}` })

test('a valid access token is let through', async () => {
  const response = await askWith(server.issuer.token({ ...asProgram, permissions: ['read:users'] }))
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ userId: 'abc@clients', kind: 'program', permissions: ['read:users'] })
})

test('an audience among several will do', async () => {
  expect((await askWith(server.issuer.token({ ...asProgram, aud: [audience, 'https://x/userinfo'] }))).status).toBe(200)
})

const hourAgo = Math.floor(Date.now() / 1000) - 3600
test.each([
  ['no token', () => undefined, 'token-missing'],
  ['another scheme', () => 'Basic dXNlcjpwYXNz', 'token-missing'],
  ['no JWT', () => 'Bearer opaque', 'token-invalid'],
  ['an expired token', () => `Bearer ${server.issuer.token({ exp: hourAgo })}`, 'token-expired'],
  ['another audience', () => `Bearer ${server.issuer.token({ aud: 'https://other.example/' })}`, 'token-invalid'],
  ['another issuer', () => `Bearer ${server.issuer.token({ iss: 'https://evil.example/' })}`, 'token-invalid'],
  ['a stranger’s signature', () => `Bearer ${server.issuer.token({}, 'a stranger')}`, 'token-invalid'],
  ['no signature', () => `Bearer ${unsigned(server.issuer.token())}`, 'token-invalid'],
  ['a token of nobody', () => `Bearer ${server.issuer.token({ sub: undefined })}`, 'token-invalid'],
])('%s is 401 with a challenge', async (_what, authorization, code) => {
  const value = authorization()
  const response = await ask(value === undefined ? {} : { authorization: value })
  expect(response.status).toBe(401)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(response.headers.get('www-authenticate')).toMatch(/^(Bearer|DPoP)/)
  expect(await response.json()).toMatchObject({ status: 401, code, instance: '/api/me' })
})

function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}

test('a token in the address is refused, whatever it is good for', async () => {
  const response = await ask({}, `/api/me?access_token=${server.issuer.token(asProgram)}`)
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'token-in-address' }])
})

test('a token bound by DPoP is taken with its proof, and refused without or with another’s', async () => {
  const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv, kty, x, y } = mine.publicKey.export({ format: 'jwk' })
  const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
  const token = server.issuer.token({ ...asProgram, cnf: { jkt } })
  const proof = (keys: typeof mine) => {
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const ath = createHash('sha256').update(token).digest('base64url')
    const claims = {
      jti: randomUUID(),
      htm: 'GET',
      htu: `${server.url}/api/me`,
      iat: Math.floor(Date.now() / 1000),
      ath,
    }
    const jwk = keys.publicKey.export({ format: 'jwk' })
    const signed = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  const thief = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const attempts: Record<string, string>[] = [
    { authorization: `DPoP ${token}`, dpop: proof(mine) },
    { authorization: `DPoP ${token}`, dpop: proof(thief) },
    { authorization: `Bearer ${token}` },
  ]
  const statuses = await Promise.all(attempts.map(async (headers) => (await ask(headers)).status))
  expect(statuses).toEqual([200, 401, 401])
  expect((await ask({ authorization: `Bearer ${token}` })).status, 'after it was taken with its proof').toBe(401)
})

test('a token that was taken a moment ago is refused once it has expired', async () => {
  const token = server.issuer.token({ ...asProgram, exp: Math.floor(Date.now() / 1000) + 20 })
  const statuses = [(await askWith(token)).status, (await askWith(token)).status]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 26_000 })
  const later = await askWith(token)
  vi.useRealTimers()
  expect([...statuses, later.status, await later.json()]).toMatchObject([200, 200, 401, { code: 'token-expired' }])
})

test('an issuer whose keys cannot be fetched is an outage, and signs nobody out', async () => {
  const lonely = await startServer({ issuers: () => ['http://localhost:1/'] })
  const token = lonely.issuer.token({ iss: 'http://localhost:1/' })
  const response = await fetch(`${lonely.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })
  await lonely.close()
  expect([response.status, await response.json()]).toMatchObject([503, { code: 'tenant-unreachable' }])
})

test('several issuers are trusted side by side, http ones in production too', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const two = await startServer({ issuers: (issuer) => ['http://localhost:1/', `${issuer.origin}/`] })
  const headers = { authorization: `Bearer ${two.issuer.token(asProgram)}` }
  const response = await fetch(`${two.url}/api/me`, { headers })
  await two.close()
  expect(response.status).toBe(200)
})

test('the environment of the program it is mounted in does not change whom it trusts', async () => {
  vi.stubEnv('SECRET', 'the host’s own')
  vi.stubEnv('JWKS_URI', 'http://localhost:1/')
  vi.stubEnv('TOKEN_SIGNING_ALG', 'HS256')
  vi.stubEnv('ISSUER', 'https://other.example/')
  const mounted = await startServer()
  const headers = { authorization: `Bearer ${mounted.issuer.token(asProgram)}` }
  const response = await fetch(`${mounted.url}/api/me`, { headers })
  await mounted.close()
  expect(response.status).toBe(200)
})
