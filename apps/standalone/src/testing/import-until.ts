import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ImportPage, UserImport } from '@rollcall/contracts/admin-api'
import { createLogger } from '@rollcall/http-kit'
import { createRollcall } from '@rollcall/server'
import { createTenantClient } from '@rollcall/tenant-client'
import express from 'express'

/**
 * A Rollcall that works on imports and dies at one of its steps, as by kill -9: run as a process of its own, told by its argument what to do.
 * It prints the import as it is when it is over.
 */
export interface ImportOrder {
  tenant: { url: string; clientId: string; clientSecret: string; audience: string; spaClientId: string }
  databaseUrl: string
  /** A staff token. */
  token: string
  /** What is imported, unless that has been begun with; and how. */
  file: string
  mode: string
  /** The step at which it ends; none: it goes on to the end. */
  step: string
}

const order = JSON.parse(process.argv[2] ?? '') as ImportOrder
const { url, clientId, clientSecret, audience, spaClientId } = order.tenant
const rollcall = createRollcall({
  auth: { domain: url, audience, spaClientId },
  tenant: createTenantClient({ domain: url, clientId, clientSecret }),
  databaseUrl: order.databaseUrl,
  directory: 'live',
  actions: { onStep: (step) => void (step === order.step && process.kill(process.pid, 'SIGKILL')) },
  logger: createLogger({ level: 'silent' }),
})
await rollcall.ready
const server = createServer(express().use(rollcall)).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo // a TCP server that listens has one
const headers = { authorization: `Bearer ${order.token}`, 'content-type': 'application/json' }
const ask = async (path: string, init: RequestInit = {}) =>
  (await fetch(`http://127.0.0.1:${port}/api/imports${path}`, { headers, ...init })).json() as Promise<unknown>
const { mode } = order
const begun = ImportPage.parse(await ask('')).imports.find((one) => one.mode === mode)
const { importId } =
  begun ?? UserImport.parse(await ask(`?mode=${mode}`, { method: 'POST', body: await readFile(order.file) }))
for (;;) {
  const found = UserImport.parse(await ask(`/${importId}`))
  if (found.phase === 'checked')
    await ask(`/${importId}/start`, { method: 'POST', body: JSON.stringify({ users: found.counts.waiting }) })
  if (found.phase === 'done') {
    process.stdout.write(JSON.stringify(found))
    process.exit(0)
  }
  await sleep(50)
}
