import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagementJob } from '@rollcall/contracts/management-api'
import { NotFound, RollcallError, TooManyRequests, Unavailable } from '@rollcall/http-kit'
import { tenantAnswerOf } from '@rollcall/tenant-client'
import { pace } from '../directory/pace.ts'
import { noteAttempt, noteForgotten, noteSent, readChunkUsers, takeAttemptBack, type Chunk, type ChunkUser } from './chunks.store.ts' // prettier-ignore
import type { ImportDeps } from './deps.ts'
import { findImport, noteProblem, type ImportEntry } from './imports.store.ts'
import { settleByLooking, settleJob } from './settle-chunk.ts'

const firstPollMs = 100
const longestPollMs = 3000
/** Of how long has been waited already: whoever learns late that a piece is over sends the next one late, and the tenant has nothing to do. */
const pollShare = 0.12

/**
 * Sees one piece through: sent, waited for, and written down what became of each of its rows. A piece that may have been sent already, by a
 * server that died, is sent again: each new user has an id that was chosen before, so nobody is made twice.
 */
export async function seeThrough(deps: ImportDeps, taken: Chunk, signal: AbortSignal): Promise<void> {
  const { store, tenant, onStep } = deps
  const entry = await findImport(store.db, tenant.origin, taken.importId)
  if (!entry) return
  let { jobId } = taken
  let chunk = taken
  if (jobId === null) {
    if (entry.phase === 'cancelled') return settleByLooking(deps, chunk, entry)
    await pace(tenant, 'jobs', signal)
    const attempt = await noteAttempt(store.db, chunk)
    if (!attempt) return
    chunk = attempt
    await onStep('about to send')
    jobId = await send(deps, chunk, entry)
    await onStep('sent')
    await noteSent(store.db, chunk, jobId)
    await noteProblem(store.db, chunk.importId, null)
    await onStep('noted as sent')
  }
  const job = await waitFor(deps, jobId, signal)
  if (!job) return noteForgotten(store.db, chunk)
  await onStep('over at the tenant')
  await settleJob(deps, { chunk, entry, job })
  await onStep('settled')
}

async function send({ store, tenant }: ImportDeps, chunk: Chunk, entry: ImportEntry): Promise<string> {
  const users = await readChunkUsers(store.db, chunk)
  try {
    const job = await tenant.jobs.importUsers({
      users: `[${users.map(contentOf).join(',')}]`,
      connectionId: entry.connection_id,
      isUpsert: entry.mode === 'upsert',
      externalId: `rollcall ${chunk.importId} ${chunk.chunk}`,
    })
    return job.id
  } catch (error) {
    if (tenantAnswerOf(error)?.isRefusal) await takeAttemptBack(store.db, chunk)
    throw error
  }
}

/** Whom the directory has is told by their address; everybody else gets the id that was chosen for them. */
function contentOf({ content, new_id: newId, there_id: thereId }: ChunkUser): string {
  return newId === null || thereId !== null ? content : `{"user_id":"${newId}",${content.slice(1)}`
}

/** @returns undefined: the tenant has forgotten it */
async function waitFor({ tenant }: ImportDeps, jobId: string, signal: AbortSignal): Promise<ManagementJob | undefined> {
  const startedAt = performance.now()
  for (;;) {
    await pace(tenant, 'jobs', signal)
    try {
      const job = await tenant.jobs.get(jobId)
      if (job.status === 'completed' || job.status === 'failed') return job
    } catch (error) {
      if (error instanceof NotFound) return undefined
      throw error
    }
    const waited = performance.now() - startedAt
    await sleep(Math.min(Math.max(firstPollMs, waited * pollShare), longestPollMs), undefined, { signal })
  }
}

/** Whether what went wrong goes by, so that it is tried again; else it is for somebody to mend. */
export function goesBy(error: unknown): boolean {
  if (!(error instanceof RollcallError)) return true
  const { status = null } = tenantAnswerOf(error) ?? {}
  return error instanceof TooManyRequests || error instanceof Unavailable || (status !== null && status >= 500)
}
