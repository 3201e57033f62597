import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { closeClient, endOf } from './listen.ts'

export interface LeadOptions {
  /** Of what is led; one process of all that use this database leads at a time. */
  name: string
  /** Runs while this process leads: to return soon after the signal is aborted. */
  work(signal: AbortSignal): Promise<void>
  onFailure(error: unknown): void
}

const retryMs = 500
/** A connection that is dead without our having been told is found out by then. */
const heartbeatMs = 2000
const heartbeatWithinMs = 3000

/**
 * Does the work while this process holds an advisory lock, on a connection of its own: when the process or the connection dies, the lock is free
 * and another process takes over. Two may overlap for a moment, so the work must be right even then.
 */
export function startLeading(newClient: () => pg.Client, options: LeadOptions): () => Promise<void> {
  const stopping = new AbortController()
  const leading = keepLeading(newClient, options, stopping.signal)
  return async () => {
    stopping.abort()
    await leading
  }
}

async function keepLeading(
  newClient: () => pg.Client,
  { name, work, onFailure }: LeadOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = newClient()
    const over = new AbortController()
    void endOf(client, signal).then(() => over.abort())
    try {
      await client.connect()
      if (await becomesFree(client, name, over.signal)) {
        void watch(client, over)
        await work(over.signal)
      }
    } catch (error) {
      if (!over.signal.aborted) onFailure(error)
    }
    over.abort()
    await closeClient(client)
    await sleep(retryMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Asked again and again: a statement that waits for the lock would hold back the vacuum for as long. */
async function becomesFree(client: pg.Client, name: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const { rows } = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken',
      [`rollcall lead ${name}`],
    )
    if (rows[0]?.taken) return true
    await sleep(retryMs, undefined, { signal }).catch(() => undefined)
  }
  return false
}

async function watch(client: pg.Client, over: AbortController): Promise<void> {
  while (!over.signal.aborted) {
    await sleep(heartbeatMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
    if (over.signal.aborted) return
    const answered = client.query('SELECT 1').then(
      () => true,
      () => false,
    )
    const isAlive = await Promise.race([answered, sleep(heartbeatWithinMs, false, { ref: false })])
    if (!isAlive) over.abort()
  }
}
