import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@rollcall/http-kit'
import { testDatabase } from '@rollcall/test-kit'
import express from 'express'
import { bootstrap } from '../bootstrap/bootstrap.ts'
import type { Bootstrapped } from '../bootstrap/bootstrap.ts'
import { createTenant, migrateTenant } from '../create-tenant.ts'
import type { Tenant, TenantSettings } from '../create-tenant.ts'
import { localCertificates } from '../listen/certificates.ts'
import { listenOnOnePort } from '../listen/listen-on-one-port.ts'

export const callbackUrl = 'http://localhost:3000/'

export interface TestTenant extends Bootstrapped {
  tenant: Tenant
  /** `localhost:PORT`, as the SDKs want it. */
  domain: string
  http: string
  https: string
  ca: string
  staff: { email: string; password: string }
  databaseUrl: string
  secret: Buffer
  /** How many requests each path has had: `POST /oauth/token`. */
  requests: Map<string, number>
  /** A token of the machine-to-machine application for the Management API. */
  managementToken(scope?: string): Promise<string>
  /** Calls the Management API with every scope, or with the token given. */
  api(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ status: number; body: unknown; headers: Headers }>
  close(): Promise<void>
}

/** A tenant on a database of its own, bootstrapped, listening on a free port. A second one on the same database is a second process to it. */
export async function startTestTenant(
  sharing?: TestTenant,
  now?: () => Date,
  settings: TenantSettings = {},
): Promise<TestTenant> {
  const databaseUrl = sharing?.databaseUrl ?? (await testDatabase({ name: 'tenant', prepare: migrateTenant }))
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-tenant-'))
  const certificates = await localCertificates(folder)
  const server = await listenOnOnePort({ port: 0, cert: certificates.cert, key: certificates.key })
  const domain = `localhost:${server.port}`
  const own = [`http://${domain}`, `https://${domain}`]
  const origins = sharing ? [sharing.http, sharing.https, ...own] : own
  const secret = sharing?.secret ?? randomBytes(32)
  const logger = createLogger({ level: 'fatal' })
  const tenant = await createTenant({
    databaseUrl,
    secret,
    origins: () => origins,
    logger,
    ...(now && { now }),
    settings,
  })
  const staff = sharing?.staff ?? { email: 'staff@example.com', password: randomBytes(15).toString('base64url') }
  const made = await bootstrap(tenant.context, {
    applicationUrls: [callbackUrl],
    staffEmail: staff.email,
    staffPassword: staff.password,
    resetsPassword: false,
  })
  const requests = new Map<string, number>()
  const app = express()
  app.use((req, _res, next) => {
    const name = `${req.method} ${req.path}`
    requests.set(name, (requests.get(name) ?? 0) + 1)
    next()
  })
  server.serve(app.use(tenant.router))

  const managementToken = async (scope?: string) => {
    const response = await fetch(`http://${domain}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: made.m2m.clientId,
        client_secret: made.m2m.clientSecret,
        audience: `http://${domain}/api/v2/`,
        scope,
      }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }
  let token: Promise<string> | undefined
  return {
    ...made,
    tenant,
    domain,
    http: `http://${domain}`,
    https: `https://${domain}`,
    ca: certificates.ca,
    staff,
    databaseUrl,
    secret,
    requests,
    managementToken,
    api: async (method, path, body, given) => {
      token ??= managementToken()
      const response = await fetch(`http://${domain}/api/v2${path}`, {
        method,
        headers: {
          authorization: `Bearer ${given ?? (await token)}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      }
    },
    close: async () => {
      await server.close()
      await tenant.close()
      await rm(folder, { recursive: true })
    },
  }
}
