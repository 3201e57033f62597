import { generateKeyPairSync, sign } from 'node:crypto'
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
  const lanes = await Promise.all(Array.from({ length: load.connections }, () => openLane(load)))
  const tookMs: number[] = []
  const startedAt = performance.now()
  const deadline = startedAt + milliseconds
  try {
    await Promise.all(
      lanes.map(async (lane) => {
        for (let from = performance.now(); from < deadline;) {
          await lane.once()
          const now = performance.now()
          tookMs.push(now - from)
          from = now
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

async function openLane(load: Load): Promise<Lane> {
  switch (load.kind) {
    case 'http':
      return openHttpLane(load)
    case 'sql': {
      // A plan made without seeing the values would miss the index for a search, and make the reference slow.
      const options = '-c plan_cache_mode=force_custom_plan'
      const client = new pg.Client({ connectionString: load.databaseUrl, options })
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
