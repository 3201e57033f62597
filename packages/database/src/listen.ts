import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

export interface ListenOptions {
  channel: string
  onMessage(payload: string): void
  /** Each time listening begins. After the first, messages may have been missed. */
  onListening(): void
}

const firstWaitMs = 100
const longestWaitMs = 5000

/** Listens on a connection of its own, and on another one when that breaks, until told to stop. */
export function startListening(newClient: () => pg.Client, options: ListenOptions): () => Promise<void> {
  const stopping = new AbortController()
  const listening = keepListening(newClient, options, stopping.signal)
  return async () => {
    stopping.abort()
    await listening
  }
}

async function keepListening(
  newClient: () => pg.Client,
  { channel, onMessage, onListening }: ListenOptions,
  signal: AbortSignal,
): Promise<void> {
  let waitMs = firstWaitMs
  while (!signal.aborted) {
    const client = newClient()
    try {
      const ended = endOf(client, signal)
      client.on('notification', ({ payload }) => onMessage(payload ?? ''))
      await client.connect()
      await client.query(`LISTEN "${channel.replaceAll('"', '""')}"`)
      waitMs = firstWaitMs
      onListening()
      await ended
    } catch {
      // The database is away: whoever queries it says so.
    }
    await closeClient(client)
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }
}

/** Resolves when the connection is gone, or is no longer wanted. */
export function endOf(client: pg.Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => resolve()
    client.once('end', end)
    client.once('error', end)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

/** Also one that does not answer any more. */
export async function closeClient(client: pg.Client): Promise<void> {
  const closed = client.end().catch(() => undefined)
  await Promise.race([closed, sleep(1000, undefined, { ref: false })])
}
