import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@rollcall/http-kit'
import { createTenantClient } from '@rollcall/tenant-client'
import { testDatabase } from '@rollcall/test-kit'
import express from 'express'
import { createRollcall, type RollcallOptions } from '../compose.ts'
import { openStore } from '../store/open-store.ts'
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
  /** Absent: nothing is kept. */
  databaseUrl?: string
  policy?: RollcallOptions['policy']
  /** Tokens of this issuer are trusted in place of the started one's. */
  issuers?: (started: FakeIssuer) => string[]
}

/** A database of this test file's own, with Rollcall's tables. @returns its URL */
export const emptyDatabase = () =>
  testDatabase({ name: 'rollcall', prepare: async (url) => (await openStore(url)).close() })

/** Rollcall in a host application on a free port, with an issuer of its own. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { mountPath = '/', dashboardFolder, databaseUrl, policy, issuers } = options
  const issuer = await startFakeIssuer()
  const tenant = createTenantClient({ domain: issuer.origin, clientId: 'm2m', clientSecret: 'secret', deadlineMs: 500 })
  const app = express()
  const rollcall = createRollcall({
    auth: { domain: issuer.origin, audience, spaClientId: 'spa', ...(issuers && { issuers: issuers(issuer) }) },
    tenant,
    ...(databaseUrl !== undefined && { databaseUrl }),
    directory: 'live',
    ...(policy && { policy }),
    ...(dashboardFolder !== undefined && { dashboardFolder }),
    logger: createLogger({ level: 'silent' }),
  })
  await rollcall.ready
  app.use(mountPath, rollcall)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${port}${mountPath === '/' ? '' : mountPath}`,
    issuer,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rollcall.close()
      await tenant.close()
      await issuer.close()
    },
  }
}
