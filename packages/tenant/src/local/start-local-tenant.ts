import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { DataFolder } from '@rollcall/data-folder'
import type { Logger } from '@rollcall/http-kit'
import express from 'express'
import { z } from 'zod'
import { bootstrap } from '../bootstrap/bootstrap.ts'
import { firstStart } from '../control/control.routes.ts'
import { takeSnapshot } from '../control/snapshots.store.ts'
import { createTenant } from '../create-tenant.ts'
import type { TenantSettings } from '../create-tenant.ts'
import { seedUsers } from '../demo/seed-users.ts'
import { localCertificates } from '../listen/certificates.ts'
import { listenOnOnePort } from '../listen/listen-on-one-port.ts'

export interface LocalTenantOptions {
  dataFolder: DataFolder
  /** 0: any free port */
  port: number
  /** Its tables are in the schema `tenant`. */
  databaseUrl: string
  /** Base addresses of the applications that staff sign in to, with a slash at the end: `http://localhost:8000/`. */
  applicationUrls: string[]
  /** How many users the first start makes up. */
  demoUsers: number
  settings?: TenantSettings
  /** Keeps the state after the first start, so that a reset can lead back to it. It takes a moment. */
  keepsFirstState?: boolean
  logger: Logger
  /** A line for the person who waits, each time something is done. */
  onProgress: (line: string) => void
}

/** What scripts and tests need to call the tenant and the application's API: `credentials.json` in the data folder. */
export const Credentials = z.object({
  audience: z.string(),
  staff: z.object({ email: z.string(), password: z.string() }),
  m2m: z.object({ clientId: z.string(), clientSecret: z.string() }),
  spa: z.object({ clientId: z.string() }),
})
export type Credentials = z.infer<typeof Credentials>

export interface LocalTenant {
  /** `http://localhost:PORT`; the same port answers TLS. */
  url: string
  /** Both listed origins, as issuers: with a slash at the end. */
  issuers: readonly [string, ...string[]]
  ca: { file: string; pem: string }
  credentials: Credentials
  close(): Promise<void>
}

const staffEmail = 'staff@example.com'

/**
 * The whole local tenant: certificates, tables, applications, demo users at the first start, listening on loopback. Writes `credentials.json`.
 */
export async function startLocalTenant(options: LocalTenantOptions): Promise<LocalTenant> {
  const { dataFolder, databaseUrl, logger, onProgress } = options
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step()
  }
  try {
    // The port first: if somebody has it, that is better known before anything is made.
    const certificates = await localCertificates(dataFolder.file('tenant'))
    const server = await listenOnOnePort({ port: options.port, cert: certificates.cert, key: certificates.key })
    closers.push(() => server.close())
    const origins = [`http://localhost:${server.port}`, `https://localhost:${server.port}`]
    const url = `http://localhost:${server.port}`

    const secret = await dataFolder.secret('tenant.key', 32)
    const isFirstStart = !existsSync(dataFolder.file('credentials.json'))
    const tenant = await createTenant({
      databaseUrl,
      secret,
      origins: () => origins,
      logger,
      ...(options.settings && { settings: options.settings }),
    })
    closers.push(() => tenant.close())

    const kept = Credentials.safeParse(await dataFolder.readJson('credentials.json')).data
    const staff = kept?.staff ?? { email: staffEmail, password: randomBytes(15).toString('base64url') }
    const made = await bootstrap(tenant.context, {
      applicationUrls: options.applicationUrls,
      staffEmail: staff.email,
      staffPassword: staff.password,
      resetsPassword: kept === undefined,
    })
    const demoUsers = isFirstStart ? options.demoUsers : 0
    if (demoUsers > 0) {
      const added = await seedUsers({ databaseUrl, users: demoUsers, now: new Date() })
      if (added > 0) onProgress(`Demo users: ${added.toLocaleString('en')} added`)
    }
    if (isFirstStart && options.keepsFirstState) await takeSnapshot(tenant.context.db, firstStart)
    const credentials: Credentials = { audience: made.audience, staff, m2m: made.m2m, spa: made.spa }
    await dataFolder.writeJson('credentials.json', credentials, 0o600)

    const app = express().disable('x-powered-by').use(tenant.router)
    server.serve(app)
    onProgress(`Local tenant: ${url}`)
    return {
      url,
      issuers: [`http://localhost:${server.port}/`, `https://localhost:${server.port}/`],
      ca: { file: certificates.caFile, pem: certificates.ca },
      credentials,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
