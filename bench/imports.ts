import { comparisonOf, spreadOf, type Comparison, type Rounds, type Spread } from './compare.ts'
import type { Site } from './site.ts'

/** Auth0's limit on a file, and on files at a time. */
const largestBytes = 512_000
const mostAtOnce = 2

/** Of more rows the tenant's own import would take as long again, and tell no more. */
const mostReferenceRows = 100_000

export interface ImportComparison extends Comparison {
  /** How long each part took, in seconds. */
  parts: Record<'uploaded' | 'checked' | 'sent', Spread>
}

/**
 * Users a second from a file: through Rollcall, from the first byte of the upload until the last user is there, against the tenant's own import of
 * the same rows, cut into files beforehand and sent two at a time.
 */
export async function compareImport(
  site: Site,
  { rows, rounds }: { rows: number } & Pick<Rounds, 'rounds'>,
): Promise<ImportComparison> {
  const pairs: { ours: number; theirs: number }[] = []
  const parts: Parts[] = []
  for (let round = 0; round < rounds; round += 1) {
    const part = await throughRollcall(site, usersOf(rows, `rollcall${round}`), rows)
    parts.push(part)
    const ours = rows / (part.uploaded + part.checked + part.sent)
    const files = filesOf([...usersOf(Math.min(rows, mostReferenceRows), `tenant${round}`)])
    const startedAt = performance.now()
    await straight(site, files)
    pairs.push({ ours, theirs: Math.min(rows, mostReferenceRows) / ((performance.now() - startedAt) / 1000) })
  }
  const spread = (name: keyof Parts) => spreadOf(parts.map((part) => part[name]))
  return { ...comparisonOf(pairs), parts: { uploaded: spread('uploaded'), checked: spread('checked'), sent: spread('sent') } }
} // prettier-ignore

type Parts = Record<'uploaded' | 'checked' | 'sent', number>

function* usersOf(rows: number, mark: string): Generator<string> {
  const unique = `${mark}-${Date.now()}`
  for (let at = 0; at < rows; at += 1)
    yield JSON.stringify({ email: `person${at}@${unique}.example`, given_name: 'Ada', family_name: `Lovelace ${at}`, email_verified: at % 2 === 0, app_metadata: { plan: 'gold', seats: at % 50 } })
} // prettier-ignore

/** As a file is read: some of it at a time. */
async function* ndjsonOf(users: Iterable<string>): AsyncGenerator<Buffer> {
  let lines: string[] = []
  for (const user of users) {
    if (lines.push(user) < 1000) continue
    yield Buffer.from(`${lines.join('\n')}\n`)
    lines = []
  }
  yield Buffer.from(lines.join('\n'))
}

interface Seen {
  importId: string
  phase: string
  counts: { waiting: number; created: number }
  problem: { message: string } | null
}

async function throughRollcall({ rollcallUrl, apiToken }: Site, users: Iterable<string>, rows: number): Promise<Parts> {
  const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/x-ndjson' }
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${rollcallUrl}/api/imports${path}`, { headers, ...init })
    if (!answer.ok) throw new Error(`/api/imports${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Seen
  }
  let last = performance.now()
  const lap = () => {
    const seconds = (performance.now() - last) / 1000
    last = performance.now()
    return seconds
  }
  // Node's fetch takes whatever yields bytes; the types are those of browsers.
  const body = ndjsonOf(users) as unknown as ReadableStream<Uint8Array>
  let seen = await ask('', { method: 'POST', body, duplex: 'half' } as RequestInit)
  const uploaded = lap()
  const until = async (phase: string) => {
    while (seen.phase !== phase) {
      if (seen.phase === 'failed' || seen.phase === 'paused') throw new Error(`The import is ${seen.phase}: ${seen.problem?.message}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
      seen = await ask(`/${seen.importId}`)
    }
  }
  await until('checked')
  const checked = lap()
  seen = await ask(`/${seen.importId}/start`, { method: 'POST', body: JSON.stringify({ users: seen.counts.waiting }) })
  await until('done')
  if (seen.counts.created !== rows) throw new Error(`${seen.counts.created} of ${rows} were created.`)
  return { uploaded, checked, sent: lap() }
} // prettier-ignore

async function straight({ tenantUrl, managementToken }: Site, files: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${managementToken}` }
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${tenantUrl}/api/v2/${path}`, { headers, ...init })
    if (!answer.ok) throw new Error(`/${path} answered ${answer.status}`)
    return (await answer.json()) as unknown
  }
  const connections = (await ask('connections?strategy=auth0')) as { id: string }[]
  const queue = files.values()
  const send = async () => {
    for (const file of queue) {
      const form = new FormData()
      form.set('users', new Blob([file], { type: 'application/json' }), 'users.json')
      form.set('connection_id', connections[0]?.id ?? '')
      const { id } = (await ask('jobs/users-imports', { method: 'POST', body: form })) as { id: string }
      let status = 'pending'
      while (status !== 'completed') {
        status = ((await ask(`jobs/${id}`)) as { status: string }).status
        if (status === 'failed') throw new Error('An import of the tenant failed.')
      }
    }
  }
  await Promise.all(Array.from({ length: mostAtOnce }, send))
}

function filesOf(users: readonly string[]): string[] {
  const files: string[][] = [[]]
  let bytes = 2
  for (const user of users) {
    if (bytes + user.length + 1 > largestBytes) {
      files.push([])
      bytes = 2
    }
    files.at(-1)?.push(user)
    bytes += user.length + 1
  }
  return files.map((file) => `[${file.join(',')}]`)
}
