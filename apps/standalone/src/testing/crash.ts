import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CrashOrder } from './crash-at.ts'
import type { TestStandalone } from './start-standalone.ts'

const program = fileURLToPath(new URL('crash-at.ts', import.meta.url))

/** What a test says of one crash; the rest is the same for all of them. */
export type Crash = Pick<CrashOrder, 'userId' | 'action' | 'params' | 'step' | 'pause' | 'idempotencyKey'>

export interface Crashed {
  signal: string | null
  /** Those it went through, the one at which it died the last. */
  steps: string[]
}

/** @returns what starts another server beside the program, has it begin an action, and kills it at a step */
export function crashesBeside(
  { tenant, databaseUrl }: TestStandalone,
  { token, leaseMs, key }: { token: string; leaseMs: number; key: Buffer },
): (order: Crash) => Promise<Crashed> {
  const { audience, m2m, spa } = tenant.credentials
  return async (order) => {
    const whole: CrashOrder = {
      ...order,
      tenant: { url: tenant.url, audience, ...m2m, spaClientId: spa.clientId },
      databaseUrl,
      token,
      leaseMs,
      recycleBinKey: key.toString('hex'),
    }
    const child = spawn(process.execPath, [program, JSON.stringify(whole)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    return { signal, steps: output.trim().split('\n') }
  }
}
