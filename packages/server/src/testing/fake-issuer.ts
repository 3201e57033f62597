import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const strangersKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })

export interface FakeIssuer {
  /** With no slash; as an issuer it has one. */
  origin: string
  /** A signed access token of this issuer: valid for an hour, unless the claims say otherwise. */
  token(claims?: Record<string, unknown>, signer?: 'itself' | 'a stranger'): string
  close(): Promise<void>
}

export const audience = 'https://app.example/api'

/** auth0.com as far as an API guard sees it (discovery and keys), and for the tenant client a token and no users. */
export async function startFakeIssuer(): Promise<FakeIssuer> {
  const server = createServer((req, res) => {
    const answer = answers(`http://${req.headers.host}`)[req.url ?? '']
    const noUser = {
      statusCode: 404,
      error: 'Not Found',
      message: 'The user does not exist.',
      errorCode: 'inexistent_user',
    }
    res.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? noUser))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    token: (claims = {}, signer = 'itself') => {
      const now = Math.floor(Date.now() / 1000)
      const all = { iss: `${origin}/`, aud: audience, sub: 'auth0|staff', iat: now, exp: now + 3600, ...claims }
      return signToken(all, signer === 'itself' ? keys.privateKey : strangersKeys.privateKey)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answers(origin: string): Record<string, unknown> {
  return {
    '/.well-known/openid-configuration': {
      issuer: `${origin}/`,
      jwks_uri: `${origin}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
    },
    '/.well-known/jwks.json': {
      keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' }],
    },
    '/oauth/token': { access_token: 'e30.e30.', expires_in: 86_400, token_type: 'Bearer' },
  }
}

function signToken(claims: Record<string, unknown>, key: KeyObject): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'first' })}.${encode(claims)}`
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`
}
