import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from '@rollcall/database'
import { createLogger } from '@rollcall/http-kit'
import express from 'express'
import { bootstrap } from '../../bootstrap/bootstrap.ts'
import { createTenant } from '../../create-tenant.ts'
import { deviceGrant } from '../../device-flow/device-flow.routes.ts'
import { writeDocument } from '../../documents/documents.store.ts'
import { prefixedId } from '../../ids.ts'
import { localCertificates } from '../../listen/certificates.ts'
import { listenOnOnePort } from '../../listen/listen-on-one-port.ts'
import type { TenantContext } from '../../tenant-context.ts'
import type { FuzzTarget } from './run-fuzz.ts'

const callback = 'http://localhost:3000/'

/** A tenant of its own to be fuzzed, on a database that nobody else uses. */
export async function startFuzzTarget(databaseUrl: string): Promise<FuzzTarget & { close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-fuzz-'))
  const certificates = await localCertificates(folder)
  const server = await listenOnOnePort({ port: 0, cert: certificates.cert, key: certificates.key })
  const origin = `http://localhost:${server.port}`
  const logs = new Map<string, string>()
  const logger = createLogger({ level: 'error', destination: { write: (line) => keep(logs, line) } })
  const tenant = await createTenant({ databaseUrl, secret: randomBytes(32), origins: () => [origin], logger })
  const staff = { email: 'staff@example.com', password: randomBytes(15).toString('base64url') }
  const { audience, m2m, spa } = await bootstrap(tenant.context, {
    applicationUrls: [callback],
    staffEmail: staff.email,
    staffPassword: staff.password,
    resetsPassword: false,
  })
  server.serve(express().use(tenant.router))
  const { db } = tenant.context
  // The machine's application may do all that any may: grants that are not allowed are answered at the door.
  await openDoors(tenant.context, [m2m.clientId, spa.clientId])
  const apis = await db.selectFrom('resource_servers').select(['id', 'identifier']).execute()
  const connections = await db.selectFrom('connections').select(['id', 'name']).execute()
  const grants = await db.selectFrom('client_grants').select('id').execute()
  const users = await db.selectFrom('users').select('user_id').execute()
  const spared = [...apis, ...connections, ...grants].flatMap((row) => Object.values(row) as string[])
  return {
    router: tenant.router,
    known: { origin, audience, callback, spaId: spa.clientId, m2m, staff },
    spared: new Set([...spared, ...users.map((row) => row.user_id), spa.clientId, m2m.clientId]),
    getToken: async ({ audience: wanted = `${origin}/api/v2/`, scope } = {}) => {
      const response = await fetch(`${origin}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: m2m.clientId,
          client_secret: m2m.clientSecret,
          audience: wanted,
          scope,
        }),
      })
      const answer = (await response.json()) as { access_token?: string }
      if (answer.access_token === undefined) throw new Error(`The fuzz got no token: ${JSON.stringify(answer)}`)
      return answer.access_token
    },
    logOf: (requestId) => logs.get(requestId),
    close: async () => {
      await server.close()
      await tenant.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Connections of every kind, a second factor for whoever is asked, protection that lets the fuzz through. */
async function openDoors({ db, now }: TenantContext, clients: string[]): Promise<void> {
  const grants = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password', deviceGrant]
  const auth0Grants = ['password-realm', 'passwordless/otp', 'mfa-otp', 'mfa-recovery-code']
  const all = [...grants, ...auth0Grants.map((name) => `http://auth0.com/oauth/grant-type/${name}`)]
  const change = { grant_types: all, callbacks: [callback], organization_usage: 'allow' }
  await sql`UPDATE clients SET settings = settings || ${JSON.stringify(change)}::jsonb WHERE client_id = ANY (${clients})`.execute(db) // prettier-ignore
  for (const strategy of ['email', 'sms']) {
    await db
      .insertInto('connections')
      .values({ id: prefixedId('con'), name: strategy, strategy, enabled_clients: clients, created_at: now() })
      .execute()
  }
  for (const name of ['brute-force-protection', 'suspicious-ip-throttling'])
    await writeDocument(db, { kind: `attack-protection/${name}`, id: '', body: { enabled: false }, now: now() })
  await writeDocument(db, { kind: 'guardian-factors', id: 'otp', body: { enabled: true }, now: now() })
}

/** The stack of each request that failed, by the id its answer carries. */
function keep(logs: Map<string, string>, line: string): void {
  const { requestId, err } = JSON.parse(line) as { requestId?: string; err?: { stack?: string } }
  if (requestId !== undefined) logs.set(requestId, err?.stack ?? line)
}
