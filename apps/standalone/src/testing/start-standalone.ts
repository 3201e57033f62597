import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryStatus } from '@rollcall/contracts/admin-api'
import { openDataFolder } from '@rollcall/data-folder'
import { createLogger, type Logger } from '@rollcall/http-kit'
import { createRollcall, type RollcallOptions } from '@rollcall/server'
import { migrateTenant, startLocalTenant, type LocalTenant } from '@rollcall/tenant'
import { createTenantClient } from '@rollcall/tenant-client'
import { testDatabase } from '@rollcall/test-kit'
import express from 'express'
import { vi } from 'vitest'
import { listenLocally } from '@rollcall/program'

export interface TestStandalone {
  /** Rollcall's, with no slash at the end. */
  url: string
  tenant: LocalTenant
  databaseUrl: string
  /** A call of Rollcall's API. */
  ask(path: string, token?: string, method?: string): Promise<Response>
  /** Resolves when the directory holds everybody there was. */
  directoryFilled(token: string): Promise<void>
  /** A machine-to-machine token of the tenant. */
  token(wanted: { audience: string; clientId: string; clientSecret: string; scope?: string }): Promise<string>
  close(): Promise<void>
}

export interface TestStandaloneOptions {
  demoUsers?: number
  pagingLimit?: number
  directory?: 'copy' | 'live'
  policy?: RollcallOptions['policy']
  fields?: RollcallOptions['fields']
  /** What carries Rollcall's requests to the tenant, and for how long it tries. */
  fetch?: typeof globalThis.fetch
  /** Stands between Rollcall and the tenant. @returns where Rollcall finds the tenant */
  through?: (tenantUrl: string) => Promise<string>
  deadlineMs?: number
  actions?: RollcallOptions['actions']
  /** Rollcall's; silent when absent. */
  logger?: Logger
  recycleBin?: RollcallOptions['recycleBin']
}

/** What `npm start` joins, on a database of the test's own and free ports: the local tenant, its client and Rollcall. */
export async function startStandalone(options: TestStandaloneOptions = {}): Promise<TestStandalone> {
  const {
    demoUsers = 0,
    pagingLimit = Number.POSITIVE_INFINITY,
    directory = 'copy',
    policy,
    fields,
    actions,
    logger = createLogger({ level: 'silent' }),
    recycleBin,
    fetch: carry,
    through = (tenantUrl) => Promise.resolve(tenantUrl),
    deadlineMs,
  } = options
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-standalone-'))
  const dataFolder = await openDataFolder(folder)
  const databaseUrl = await testDatabase({ name: 'tenant', prepare: migrateTenant })
  const server = await listenLocally(0)
  const url = `http://localhost:${server.port}`
  const tenant = await startLocalTenant({
    dataFolder,
    port: 0,
    databaseUrl,
    applicationUrls: [`${url}/`],
    demoUsers,
    logger,
    onProgress: () => undefined,
  })
  const { audience, m2m, spa } = tenant.credentials
  const client = createTenantClient({
    domain: await through(tenant.url),
    audience: `${tenant.url}/api/v2/`,
    ...m2m,
    pagingLimit,
    ...(carry && { fetch: carry }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  })
  const auth = { domain: tenant.url, audience, spaClientId: spa.clientId, issuers: tenant.issuers, ca: tenant.ca.pem }
  const rollcall = createRollcall({
    auth,
    tenant: client,
    databaseUrl,
    directory,
    followIntervalMs: 100,
    logger,
    ...(policy && { policy }),
    ...(fields && { fields }),
    ...(actions && { actions }),
    ...(recycleBin && { recycleBin }),
  })
  await rollcall.ready
  server.serve(express().use(rollcall))

  const ask: TestStandalone['ask'] = (path, token, method = 'GET') =>
    fetch(`${url}${path}`, { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
  return {
    url,
    tenant,
    databaseUrl,
    ask,
    directoryFilled: (token) =>
      vi.waitFor(
        async () => {
          const status = DirectoryStatus.parse(await (await ask('/api/directory', token)).json())
          if (status.state !== 'current') throw new Error(`The directory is ${status.state}.`)
        },
        { timeout: 30_000, interval: 50 },
      ),
    token: async ({ clientId, clientSecret, ...wanted }) => {
      const response = await fetch(`${tenant.url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
          ...wanted,
        }),
      })
      const { access_token } = (await response.json()) as { access_token: string }
      return access_token
    },
    close: async () => {
      await server.close()
      await rollcall.close()
      await client.close()
      await tenant.close()
      await dataFolder.release()
      await rm(folder, { recursive: true })
    },
  }
}
