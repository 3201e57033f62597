import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@rollcall/http-kit'
import { createRollcall } from '@rollcall/server'
import { createTenantClient } from '@rollcall/tenant-client'
import express from 'express'

/**
 * A Rollcall that begins an action and dies at one of its steps, as by kill -9: run as a process of its own, told by its argument what to do.
 * It prints the steps it went through, one a line.
 */
export interface CrashOrder {
  tenant: { url: string; clientId: string; clientSecret: string; audience: string; spaClientId: string }
  databaseUrl: string
  /** A staff token. */
  token: string
  /** null: somebody is made. */
  userId: string | null
  action: string
  params: unknown
  idempotencyKey?: string
  /** The step at which it ends; none: it goes on to the end. */
  step: string
  leaseMs: number
  /** In hexadecimal: what is deleted is kept. */
  recycleBinKey: string
  /** The step at which it is slow; frozen, it does not even renew its lease meanwhile. */
  pause?: { step: string; ms: number; isFrozen: boolean }
}

const order = JSON.parse(process.argv[2] ?? '') as CrashOrder
const { url, clientId, clientSecret, audience, spaClientId } = order.tenant
const rollcall = createRollcall({
  auth: { domain: url, audience, spaClientId },
  tenant: createTenantClient({ domain: url, clientId, clientSecret }),
  databaseUrl: order.databaseUrl,
  directory: 'live',
  recycleBin: { key: Buffer.from(order.recycleBinKey, 'hex') },
  actions: {
    leaseMs: order.leaseMs,
    onStep: async (step) => {
      process.stdout.write(`${step}\n`)
      const { pause } = order
      if (step === pause?.step && pause.isFrozen) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause.ms)
      else if (step === pause?.step) await sleep(pause.ms)
      if (step === order.step) process.kill(process.pid, 'SIGKILL')
    },
  },
  logger: createLogger({ level: 'silent' }),
})
await rollcall.ready
const server = createServer(express().use(rollcall)).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo // a TCP server that listens has one
const ofWhom = order.userId === null ? '' : `/${encodeURIComponent(order.userId)}`
const path = `/api/users${ofWhom}/actions/${order.action}`
const response = await fetch(`http://127.0.0.1:${port}${path}`, {
  method: 'POST',
  headers: {
    authorization: `Bearer ${order.token}`,
    'content-type': 'application/json',
    ...(order.idempotencyKey !== undefined && { 'idempotency-key': order.idempotencyKey }),
  },
  body: JSON.stringify({ params: order.params }),
})
process.stdout.write(`answered ${response.status}\n`)
process.exit(0)
