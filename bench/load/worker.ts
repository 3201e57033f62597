import { generateKeyPairSync, sign } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { openHttpLane } from './open-http-lane.ts'
import type { Load, LoadAnswer, LoadRequest, Sample } from './load.ts'

/** The child process that makes the load: its work must not stand in the way of what is measured, nor be counted with it. */
process.on('message', (asked: LoadRequest) => {
  void run(asked)
    .then(
      (sample): LoadAnswer => ({ sample }),
      (error: unknown): LoadAnswer => ({ failure: error instanceof Error ? error.message : String(error) }),
    )
    .then((answer) => process.send?.(answer))
})
process.once('disconnect', () => process.exit(0))

interface Lane {
  once(): Promise<unknown>
  close(): Promise<void>
}

async function run({ load, milliseconds }: LoadRequest): Promise<Sample> {
  const { connections, pauseMs = 0, times = Infinity } = load
  const lanes = await Promise.all(Array.from({ length: connections }, (_, place) => openLane(load, place)))
  const tookMs: number[] = []
  const startedAt = performance.now()
  const deadline = startedAt + milliseconds
  try {
    await Promise.all(
      lanes.map(async (lane) => {
        for (let done = 0; done < times && performance.now() < deadline; done += 1) {
          // Not all at once: a pause is as long as said on average.
          if (pauseMs > 0) await sleep(pauseMs * 2 * Math.random())
          const from = performance.now()
          await lane.once()
          tookMs.push(performance.now() - from)
        }
      }),
    )
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()))
  }
  const seconds = (performance.now() - startedAt) / 1000
  tookMs.sort((a, b) => a - b)
  const at = (share: number) => tookMs[Math.floor((tookMs.length - 1) * share)] ?? Number.NaN
  return { perSecond: tookMs.length / seconds, p50Ms: at(0.5), p95Ms: at(0.95) }
}

async function openLane(load: Load, place: number): Promise<Lane> {
  switch (load.kind) {
    case 'http':
      return openHttpLane(load, place)
    case 'sql': {
      // A plan made without seeing the values would miss the index for a search, and make the reference slow.
      const options = '-c plan_cache_mode=force_custom_plan'
      const client = new pg.Client({ connectionString: load.databaseUrl, options })
      client.on('error', () => undefined) // the next query fails with it
      await client.connect()
      const statements = load.statements.map((statement, place) => ({ ...statement, name: `statement ${place}` }))
      return {
        once: async () => {
          for (const statement of statements) await client.query(statement)
        },
        close: () => client.end(),
      }
    }
    case 'signing': {
      const signAsync = promisify(sign)
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const token = Buffer.alloc(600, 'a') // about as long as a token's header and claims
      return { once: () => signAsync('RSA-SHA256', token, privateKey), close: async () => undefined }
    }
  }
}
