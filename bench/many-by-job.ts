import type { Job } from '@rollcall/contracts/admin-api'
import { spreadOf, type Spread } from './compare.ts'
import { tenantUser, type Site } from './site.ts'

/** What a job needs of a site. */
export type JobSite = Pick<Site, 'rollcallUrl' | 'tenantUrl' | 'apiToken' | 'managementToken'> & { userIds: string[] }

export interface JobFigures {
  /** Users a second by a job, from its start to its end. */
  measured: Spread
  /** Users a second by the same calls of the Management API, as many at a time, and nothing else. */
  reference: Spread
  ratio: Spread
}

/** As many as a job has under way where the tenant names no limit. */
const atOnce = 16

/** One action over so many users, recorded, undoable and in the directory, against the calls of the tenant that it takes. */
export async function measureManyByJob(site: JobSite, { rounds }: { rounds: number }): Promise<JobFigures> {
  const { userIds } = site
  const measured: number[] = []
  const reference: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const mark = `${Date.now()}`
    await untilRead(site)
    const bare = await bareCalls(site, userIds, `bare ${mark}`)
    await untilRead(site)
    const job = await byJob(site, userIds, `job ${mark}`)
    if (round === 0) continue // warming up
    reference.push(bare)
    measured.push(job)
  }
  return {
    measured: spreadOf(measured),
    reference: spreadOf(reference),
    ratio: spreadOf(measured.map((value, at) => value / (reference[at] ?? Number.NaN))),
  }
} // prettier-ignore

/** Until the directory has read all that was changed before: neither is to pay for what the other has left. */
async function untilRead({ rollcallUrl, apiToken }: JobSite): Promise<void> {
  const since = Date.now()
  for (;;) {
    const answer = await fetch(`${rollcallUrl}/api/directory`, { headers: { authorization: `Bearer ${apiToken}` } })
    const { asOf } = (await answer.json()) as { asOf: string | null }
    if (asOf !== null && Date.parse(asOf) > since) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** Looks at each user and changes them, as the action does. @returns users a second */
async function bareCalls(site: JobSite, userIds: readonly string[], mark: string): Promise<number> {
  const queue = userIds.values()
  const startedAt = performance.now()
  const work = async () => {
    for (const userId of queue) {
      const { url, headers } = tenantUser(site, userId)
      const found = await fetch(url, { headers })
      await found.json()
      const body = JSON.stringify({ app_metadata: { bench: mark } })
      const changed = await fetch(url, { method: 'PATCH', headers, body })
      await changed.json()
      if (!changed.ok) throw new Error(`The tenant answered ${changed.status}.`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return userIds.length / ((performance.now() - startedAt) / 1000)
}

async function byJob(site: JobSite, userIds: string[], mark: string): Promise<number> {
  const ask = async (path: string, body?: unknown): Promise<Job> => {
    const response = await fetch(`${site.rollcallUrl}/api/jobs${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${site.apiToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`A job: ${response.status} ${await response.text()}`)
    return (await response.json()) as Job
  }
  const until = async (jobId: string, phase: Job['phase']): Promise<Job> => {
    for (;;) {
      const job = await ask(`/${jobId}`)
      if (job.phase === phase) return job
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const { jobId } = await ask('', { action: 'user.edit', params: { appMetadata: { bench: mark } }, selection: { kind: 'list', entries: userIds } })
  const { counts } = await until(jobId, 'planned')
  await ask(`/${jobId}/start`, { users: counts.waiting })
  const done = await until(jobId, 'done')
  if (done.counts.done !== userIds.length) throw new Error(`Of ${userIds.length} users ${done.counts.done} were done.`)
  return done.counts.done / ((Date.parse(done.endedAt ?? '') - Date.parse(done.startedAt ?? '')) / 1000)
} // prettier-ignore
