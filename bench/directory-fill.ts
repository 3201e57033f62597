import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@rollcall/http-kit'
import { createDirectory, openStore } from '@rollcall/server'
import { createTenantClient } from '@rollcall/tenant-client'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { comparisonOf, type Comparison, type Rounds } from './compare.ts'
import type { Site } from './site.ts'

const tables = ['users', 'user_search']

export interface FillComparison extends Comparison {
  /** Of this process, which fills, above what it was before: at its highest, in MiB. */
  grownMiB: number
}

/**
 * Users a second that go from the tenant into an empty directory, from the question for the export to the last membership, against the rows a
 * second that PostgreSQL takes by COPY into the same tables with the same indexes.
 */
export async function compareFill(
  site: Pick<Site, 'tenantUrl' | 'databaseUrl' | 'credentials'>,
  { rounds }: Pick<Rounds, 'rounds'>,
): Promise<FillComparison> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-fill-'))
  const pairs: { ours: number; theirs: number }[] = []
  let grownMiB = 0
  try {
    for (let round = 0; round < rounds; round += 1) {
      const ours = await withDatabase(site.databaseUrl, async (url) => {
        const filled = await fill(site, url)
        grownMiB = Math.max(grownMiB, filled.grownMiB)
        for (const table of tables) await copyOut(url, { table, file: join(folder, table) })
        return filled.rowsPerSecond
      })
      const theirs = await withDatabase(site.databaseUrl, (url) => copyIn(url, folder))
      pairs.push({ ours, theirs })
    }
  } finally {
    await rm(folder, { recursive: true })
  }
  return { ...comparisonOf(pairs), grownMiB }
}

async function fill({ tenantUrl, credentials }: Pick<Site, 'tenantUrl' | 'credentials'>, databaseUrl: string) {
  const store = await openStore(databaseUrl)
  const tenant = createTenantClient({ domain: tenantUrl, ...credentials.m2m })
  const directory = createDirectory({ store, tenant, logger: createLogger({ level: 'warn' }) })
  const before = process.memoryUsage.rss()
  let highest = before
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 100)
  try {
    directory.start()
    let startedAt: Date | undefined
    for (;;) {
      const { fill: progress, filledAt, problem } = await directory.status()
      if (problem) throw new Error(`The fill met a problem: ${problem.message}`)
      startedAt ??= progress?.startedAt
      if (filledAt) {
        if (startedAt === undefined) throw new Error('The fill was over before it was seen: take more users.')
        const { users } = await store.db.selectFrom('users').select(({ fn }) => fn.countAll<number>().as('users')).executeTakeFirstOrThrow() // prettier-ignore
        const rowsPerSecond = (users * 1000) / (filledAt.getTime() - startedAt.getTime())
        return { rowsPerSecond, grownMiB: (highest - before) / 2 ** 20 }
      }
      await sleep(50)
    }
  } finally {
    clearInterval(watch)
    await directory.close()
    await store.close()
    await tenant.close()
  }
}

/** @returns rows of `users` a second, with those of `user_search` on the way */
async function copyIn(databaseUrl: string, folder: string): Promise<number> {
  await (await openStore(databaseUrl)).close()
  return withClient(databaseUrl, async (client) => {
    const startedAt = performance.now()
    let rows = 0
    for (const table of tables) {
      const stream = client.query(copyFrom(`COPY rollcall.${table} FROM STDIN`))
      await pipeline(createReadStream(join(folder, table), { highWaterMark: 2 ** 16 }), stream)
      rows ||= stream.rowCount ?? 0
    }
    return (rows * 1000) / (performance.now() - startedAt)
  })
}

function copyOut(databaseUrl: string, { table, file }: { table: string; file: string }): Promise<void> {
  return withClient(databaseUrl, (client) =>
    pipeline(client.query(copyTo(`COPY rollcall.${table} TO STDOUT`)), createWriteStream(file)),
  )
}

async function withClient<Result>(databaseUrl: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => undefined) // the next query fails with it
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A database of its own beside the one that is served, gone afterwards. */
/** On a database of its own, which is gone afterwards. */
export function withDatabase<Result>(serverUrl: string, work: (url: string) => Promise<Result>): Promise<Result> {
  const name = `bench_${process.pid}`
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return withClient(serverUrl, async (client) => {
    await client.query(`CREATE DATABASE ${name}`)
    try {
      return await work(url.href)
    } finally {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
    }
  })
}
