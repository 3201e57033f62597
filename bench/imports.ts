import { comparisonOf, type Comparison, type Rounds } from './compare.ts'
import type { Site } from './site.ts'

/** Auth0's limit on a file, and on files at a time. */
const largestBytes = 512_000
const mostAtOnce = 2

/**
 * Users a second from a file: through Rollcall, from the first byte of the upload until the last user is there, against the tenant's own import of
 * the same rows, cut into files beforehand and sent two at a time.
 */
export async function compareImport(
  site: Site,
  { rows, rounds }: { rows: number } & Pick<Rounds, 'rounds'>,
): Promise<Comparison> {
  const pairs: { ours: number; theirs: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const ours = await perSecond(rows, () => throughRollcall(site, usersOf(rows, `rollcall${round}`)))
    const theirs = await perSecond(rows, () => straight(site, usersOf(rows, `tenant${round}`)))
    pairs.push({ ours, theirs })
  }
  return comparisonOf(pairs)
}

const usersOf = (rows: number, mark: string): string[] => {
  const unique = `${mark}-${Date.now()}`
  return Array.from({ length: rows }, (_, at) =>
    JSON.stringify({ email: `person${at}@${unique}.example`, given_name: 'Ada', family_name: `Lovelace ${at}`, email_verified: at % 2 === 0, app_metadata: { plan: 'gold', seats: at % 50 } }),
  ) // prettier-ignore
}

async function perSecond(rows: number, work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return rows / ((performance.now() - startedAt) / 1000)
}

interface Seen {
  importId: string
  phase: string
  counts: { waiting: number; created: number }
  problem: { message: string } | null
}

async function throughRollcall({ rollcallUrl, apiToken }: Site, users: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/x-ndjson' }
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${rollcallUrl}/api/imports${path}`, { headers, ...init })
    if (!answer.ok) throw new Error(`/api/imports${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Seen
  }
  let seen = await ask('', { method: 'POST', body: users.join('\n') })
  const until = async (phase: string) => {
    while (seen.phase !== phase) {
      if (seen.phase === 'failed' || seen.phase === 'paused') throw new Error(`The import is ${seen.phase}: ${seen.problem?.message}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
      seen = await ask(`/${seen.importId}`)
    }
  } // prettier-ignore
  await until('checked')
  seen = await ask(`/${seen.importId}/start`, { method: 'POST', body: JSON.stringify({ users: seen.counts.waiting }) })
  await until('done')
  if (seen.counts.created !== users.length) throw new Error(`${seen.counts.created} of ${users.length} were created.`)
}

async function straight({ tenantUrl, managementToken }: Site, users: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${managementToken}` }
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${tenantUrl}/api/v2/${path}`, { headers, ...init })
    if (!answer.ok) throw new Error(`/${path} answered ${answer.status}`)
    return (await answer.json()) as unknown
  }
  const connections = (await ask('connections?strategy=auth0')) as { id: string }[]
  const queue = filesOf(users).values()
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
