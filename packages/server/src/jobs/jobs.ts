import type { JobDeps } from './deps.ts'
import { channel } from './events.ts'
import { createWake } from '../wake.ts'
import { workOnJobs } from './work-on-jobs.ts'

/** What is done to many users: worked on by every server on the database, and followed by all. */
export interface Jobs {
  deps: JobDeps
  /** @returns how to stop listening */
  subscribe(listener: (jobId: string) => void): () => void
  /** What is in hand is finished; the rest is for others, or for the next start. */
  close(): Promise<void>
}

export function startJobs(deps: JobDeps): Jobs {
  const { store } = deps
  const listeners = new Set<(jobId: string) => void>()
  const wake = createWake()
  const stopping = new AbortController()
  const stopListening = store.listen({
    channel,
    onListening: () => wake.call(),
    onMessage(jobId) {
      wake.call()
      for (const listener of listeners) listener(jobId)
    },
  })
  const working = workOnJobs(deps, { wake, signal: stopping.signal })
  return {
    deps,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      stopping.abort()
      await Promise.all([working, stopListening()])
    },
  }
}
