import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@rollcall/http-kit'
import { createTenantClient } from '@rollcall/tenant-client'
import express from 'express'
import { createRollcall } from '../compose.ts'
import { audience, startFakeIssuer, type FakeIssuer } from './fake-issuer.ts'

export interface TestServer {
  /** Where Rollcall is mounted, with no slash at the end. */
  url: string
  issuer: FakeIssuer
  close(): Promise<void>
}

export interface TestServerOptions {
  mountPath?: string
  dashboardFolder?: string
  /** Tokens of this issuer are trusted in place of the started one's. */
  issuers?: (started: FakeIssuer) => string[]
}

/** Rollcall in a host application on a free port, with an issuer of its own. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { mountPath = '/', dashboardFolder, issuers } = options
  const issuer = await startFakeIssuer()
  const tenant = createTenantClient({ domain: issuer.origin, clientId: 'm2m', clientSecret: 'secret', deadlineMs: 500 })
  const app = express()
  app.use(
    mountPath,
    createRollcall({
      auth: { domain: issuer.origin, audience, spaClientId: 'spa', ...(issuers && { issuers: issuers(issuer) }) },
      tenant,
      ...(dashboardFolder !== undefined && { dashboardFolder }),
      logger: createLogger({ level: 'silent' }),
    }),
  )
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${port}${mountPath === '/' ? '' : mountPath}`,
    issuer,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await tenant.close()
      await issuer.close()
    },
  }
}
