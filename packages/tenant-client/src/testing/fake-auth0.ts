import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeRequest {
  method: string
  url: URL
  authorization: string | undefined
  body: string
}

export interface FakeAnswer {
  status: number
  /** Text and bytes go as they are, anything else as JSON. */
  body?: unknown
  headers?: Record<string, string>
}

export interface FakeAuth0 {
  origin: string
  /** What came in, oldest first. */
  requests: FakeRequest[]
  close(): Promise<void>
}

export const everyScope =
  'read:users create:users update:users delete:users read:sessions delete:sessions read:refresh_tokens delete:refresh_tokens read:logs read:roles read:organizations read:organization_members read:organization_member_roles read:authentication_methods delete:authentication_methods create:organization_members delete:organization_members create:organization_member_roles create:user_tickets read:resource_servers read:clients read:connections'

/** What a token request is answered with; the token's claims hold the scopes. */
export function tokenAnswer(scope = everyScope, name = 'token'): FakeAnswer {
  const claims = Buffer.from(JSON.stringify({ scope, name })).toString('base64url')
  return { status: 200, body: { access_token: `e30.${claims}.c2ln`, expires_in: 86_400, token_type: 'Bearer' } }
}

/**
 * auth0.com on a bad day, at the network's edge: answers whatever the test says, on a free port.
 * @param answer undefined: never answers
 */
export async function startFakeAuth0(answer: (request: FakeRequest) => FakeAnswer | undefined): Promise<FakeAuth0> {
  const requests: FakeRequest[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const request = {
        method: req.method ?? '',
        url: new URL(req.url ?? '/', 'http://localhost'),
        authorization: req.headers.authorization,
        body: Buffer.concat(chunks).toString(),
      }
      requests.push(request)
      const found = answer(request)
      if (!found) return
      const isText = typeof found.body === 'string'
      res.writeHead(found.status, { 'content-type': isText ? 'text/html' : 'application/json', ...found.headers })
      const isReady = found.body === undefined || isText || Buffer.isBuffer(found.body)
      res.end(isReady ? found.body : JSON.stringify(found.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
