import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { comparisonOf, type Comparison, type Rounds } from './compare.ts'
import type { Site } from './site.ts'

/** A whole export, on its way. */
export interface ExportKind {
  name: string
  what: string
  /** The table that PostgreSQL copies out as it is, for comparison. */
  table: string
  open: (site: Site) => Promise<Readable>
}

const fromRollcall = (format: 'ndjson' | 'csv'): ExportKind => ({
  name: `export-${format}`,
  what: `Rollcall: export of every user, ${format === 'csv' ? 'CSV' : 'NDJSON'}, all columns`,
  table: 'rollcall.users',
  open: ({ rollcallUrl, apiToken }) => download(`${rollcallUrl}/api/users/export?format=${format}`, bearer(apiToken)),
})

export const exportKinds: ExportKind[] = [
  {
    name: 'export',
    what: 'tenant: export of every user, NDJSON, gzip, unpacked',
    table: 'tenant.users',
    open: async (site) => (await download(await exportJob(site))).pipe(createGunzip({ chunkSize: 2 ** 16 })),
  },
  fromRollcall('ndjson'),
  fromRollcall('csv'),
]

/** Users a second of a whole export, fetched, against the rows a second that PostgreSQL copies out as they are. */
export async function compareExport(
  site: Site,
  { open, table }: ExportKind,
  { rounds }: Pick<Rounds, 'rounds'>,
): Promise<Comparison> {
  const pairs: { ours: number; theirs: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await linesPerSecond(() => open(site))
    const theirs = await copyAll(site, table)
    if (round > 0) pairs.push({ ours, theirs }) // the first warms both up
  }
  return comparisonOf(pairs)
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** By node:http: `fetch` takes more of the cores that are measured. */
async function download(url: string, headers: Record<string, string> = {}): Promise<Readable> {
  const [answer] = (await once(get(url, { headers }), 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`The export answered ${answer.statusCode}`)
  return answer
}

/** @returns where its file is; the job is done at once, and the file is made while it is read */
async function exportJob({ tenantUrl, managementToken }: Site): Promise<string> {
  const headers = { ...bearer(managementToken), 'content-type': 'application/json' }
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${tenantUrl}/api/v2/jobs/${path}`, { ...init, headers })
    if (!answer.ok) throw new Error(`/jobs/${path} answered ${answer.status}`)
    return (await answer.json()) as { id: string; location?: string }
  }
  const { id } = await ask('users-exports', { method: 'POST', body: JSON.stringify({ format: 'json' }) })
  const { location } = await ask(id)
  if (location === undefined) throw new Error('The export was not ready.')
  return location
}

async function copyAll({ databaseUrl }: Site, table: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => undefined) // the next query fails with it
  await client.connect()
  try {
    return await linesPerSecond(async () => client.query(copyTo(`COPY ${table} TO STDOUT`)))
  } finally {
    await client.end()
  }
}

async function linesPerSecond(open: () => Promise<Readable>): Promise<number> {
  const startedAt = performance.now()
  const lines = await countLines(await open())
  return lines / ((performance.now() - startedAt) / 1000)
}

async function countLines(source: Readable): Promise<number> {
  let lines = 0
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1
      done()
    },
  })
  await pipeline(source, count)
  return lines
}
