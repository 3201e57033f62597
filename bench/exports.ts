import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Writable } from 'node:stream'
import type { Duplex, Readable } from 'node:stream'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Comparison, Rounds } from './compare.ts'
import { spreadOf } from './compare.ts'
import type { Site } from './site.ts'

/** Users a second of a whole export, fetched and unpacked, against the rows a second that PostgreSQL copies out as they are. */
export async function compareExport(site: Site, { rounds }: Pick<Rounds, 'rounds'>): Promise<Comparison> {
  const pairs: { ours: number; theirs: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await exportAll(site)
    const theirs = await copyAll(site)
    if (round > 0) pairs.push({ ours, theirs }) // the first warms both up
  }
  return {
    measured: spreadOf(pairs.map(({ ours }) => ours)),
    reference: spreadOf(pairs.map(({ theirs }) => theirs)),
    ratio: spreadOf(pairs.map(({ ours, theirs }) => ours / theirs)),
  }
}

async function exportAll({ tenantUrl, managementToken }: Site): Promise<number> {
  const headers = { authorization: `Bearer ${managementToken}`, 'content-type': 'application/json' }
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${tenantUrl}/api/v2/jobs/${path}`, { ...init, headers })
    if (!answer.ok) throw new Error(`/jobs/${path} answered ${answer.status}`)
    return (await answer.json()) as { id: string; location?: string }
  }
  const { id } = await ask('users-exports', { method: 'POST', body: JSON.stringify({ format: 'json' }) })
  const { location } = await ask(id)
  if (location === undefined) throw new Error('The export was not ready.')
  const startedAt = performance.now()
  const [answer] = (await once(get(location), 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`The export answered ${answer.statusCode}`)
  const lines = await countLines(answer, createGunzip({ chunkSize: 2 ** 16 }))
  return lines / ((performance.now() - startedAt) / 1000)
}

async function copyAll({ databaseUrl }: Site): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const startedAt = performance.now()
    const lines = await countLines(client.query(copyTo('COPY tenant.users TO STDOUT')))
    return lines / ((performance.now() - startedAt) / 1000)
  } finally {
    await client.end()
  }
}

async function countLines(source: Readable, ...steps: Duplex[]): Promise<number> {
  let lines = 0
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1
      done()
    },
  })
  await pipeline([source, ...steps, count])
  return lines
}
