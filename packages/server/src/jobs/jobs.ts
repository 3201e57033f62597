import { followChannel, type FollowedChannel } from '../follow-channel.ts'
import type { JobDeps } from './deps.ts'
import { channel } from './events.ts'
import { workOnJobs } from './work-on-jobs.ts'

/** What is done to many users: worked on by every server on the database, and followed by all. */
export interface Jobs extends Pick<FollowedChannel, 'subscribe'> {
  deps: JobDeps
  /** What is in hand is finished; the rest is for others, or for the next start. */
  close(): Promise<void>
}

export function startJobs(deps: JobDeps): Jobs {
  const { wake, subscribe, close } = followChannel(deps.store, channel)
  const stopping = new AbortController()
  const working = workOnJobs(deps, { wake, signal: stopping.signal })
  return {
    deps,
    subscribe,
    async close() {
      stopping.abort()
      await Promise.all([working, close()])
    },
  }
}
