import { setTimeout as sleep } from 'node:timers/promises'
import { RollcallError, TooManyRequests } from '@rollcall/http-kit'
import { tenantAnswerOf } from '@rollcall/tenant-client'
import { followChannel, type FollowedChannel } from '../follow-channel.ts'
import { problemNow } from '../store/problem-now.ts'
import type { Wake } from '../wake.ts'
import { checkNext } from './check-import.ts'
import { keyOf, mostAtOnce, takeChunk, type Chunk } from './chunks.store.ts'
import type { ImportDeps } from './deps.ts'
import { channel } from './events.ts'
import { changeImport, noteProblem } from './imports.store.ts'
import { goesBy, seeThrough } from './send-chunk.ts'
import { tidyImports } from './tidy-imports.ts'

const idleMs = 1000
const tidyEveryMs = 60_000
const longestWaitMs = 30_000

/** Users from files: checked and sent by one of the servers on the database, and followed by all. */
export interface Imports extends Pick<FollowedChannel, 'subscribe'> {
  /** What is in hand is left for others, or for the next start. */
  close(): Promise<void>
}

/**
 * Checks and sends imports in one of all the servers on the database: the tenant takes two files at a time, so more would be in each
 * other's way. When that server dies another one takes over, from what is written down.
 */
export function keepImports(deps: ImportDeps): Imports {
  const { store, logger } = deps
  const { wake, subscribe, close } = followChannel(store, channel)
  const stopLeading = store.lead({
    name: `imports ${store.schema}`,
    work: (signal) => work(deps, wake, signal),
    onFailure: (error) => logger.error({ err: error }, 'imports are not worked on by this server just now'),
  })
  return { subscribe, close: async () => void (await Promise.all([stopLeading(), close()])) }
}

async function work(deps: ImportDeps, wake: Wake, signal: AbortSignal): Promise<void> {
  const { store, tenant, logger } = deps
  const inHand = new Set<string>()
  const tries = new Map<string, number>()
  const keepAt = async (name: string, pauseMs: number, step: () => Promise<boolean>) => {
    while (!signal.aborted) {
      let isBusy = false
      try {
        isBusy = await step()
      } catch (error) {
        if (!signal.aborted) logger.error({ err: error, name }, 'imports are not worked on just now')
      }
      if (!isBusy) await wake.sleep(pauseMs, signal)
    }
  }
  let taking: Promise<unknown> = Promise.resolve()
  /** One lane after the other, so that what one has taken is in hand when the next one looks. */
  const takeNext = (): Promise<Chunk | undefined> => {
    const next = taking.then(async () => {
      const chunk = await takeChunk(store.db, { tenant: tenant.origin, inHand })
      if (chunk) inHand.add(keyOf(chunk))
      return chunk
    })
    taking = next.catch(() => undefined)
    return next
  }
  const lane = () =>
    keepAt('sending', idleMs, async () => {
      const chunk = await takeNext()
      if (!chunk) return false
      try {
        await sendPatiently(deps, chunk, signal)
      } finally {
        inHand.delete(keyOf(chunk))
      }
      return true
    })
  await Promise.all([
    keepAt('checking', idleMs, () => checkNext(deps, tries, signal)),
    keepAt('tidying', tidyEveryMs, async () => {
      await tidyImports(deps)
      return false
    }),
    ...Array.from({ length: mostAtOnce }, lane),
  ])
}

/** What goes by is waited for; what somebody has to mend pauses the import, and says so. */
async function sendPatiently(deps: ImportDeps, chunk: Chunk, signal: AbortSignal): Promise<void> {
  const { store, logger } = deps
  try {
    await seeThrough(deps, chunk, signal)
  } catch (error) {
    if (signal.aborted) return
    const { importId } = chunk
    if (!(error instanceof RollcallError)) logger.error({ err: error, importId }, 'a piece of an import could not be sent; it is tried again') // prettier-ignore
    const problem = problemOf(error)
    if (!goesBy(error)) {
      await changeImport(store.db, { importId, from: ['running'] }, { phase: 'paused', problem: problemNow(problem) })
      return
    }
    await noteProblem(store.db, importId, problem)
    const waitMs = error instanceof TooManyRequests ? (error.retryAfterSeconds ?? 1) * 1000 : idleMs
    await sleep(Math.min(waitMs, longestWaitMs), undefined, { signal }).catch(() => undefined)
  }
}

/** Of a limit in the tenant's own words, which tell apart how many requests it takes and how many imports. */
function problemOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof RollcallError)) return { code: 'internal', message: 'Something went wrong here; it is tried again.' } // prettier-ignore
  const said = error instanceof TooManyRequests ? tenantAnswerOf(error)?.message : undefined
  return { code: error.code, message: said ?? error.message }
}
