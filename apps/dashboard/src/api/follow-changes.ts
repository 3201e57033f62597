import type { Change } from '@rollcall/contracts/admin-api'
import { ApiProblem } from './problem.ts'
import { readEvents } from './read-events.ts'

export interface FollowChanges {
  /** Asks for the stream. An `EventSource` could not carry the access token. */
  connect: (signal: AbortSignal) => Promise<Response>
  tell: (change: Change) => void
  signal: AbortSignal
  /** For pauses that differ between the tabs that a restarted server lost at once. */
  random: () => number
}

const firstPauseMs = 1000
const longestPauseMs = 30_000
/** The server says that it is still there every 20 s; a network that is gone says nothing. */
const longestSilenceMs = 60_000

/** Follows the server's events for as long as the session lasts, connecting again and again. */
export async function followChanges({ connect, tell, signal, random }: FollowChanges): Promise<void> {
  let failures = 0
  let isFirst = true
  while (!signal.aborted) {
    const silence = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const onSign = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(new TypeError('The server has fallen silent.')), longestSilenceMs)
    }
    try {
      onSign()
      const { body } = await connect(AbortSignal.any([signal, silence.signal]))
      failures = 0
      if (!isFirst) {
        // What happened meanwhile was not heard.
        tell({ kind: 'users', userIds: 'many' })
        tell({ kind: 'views' })
      }
      isFirst = false
      if (body) for await (const data of readEvents(body, onSign)) tell(JSON.parse(data) as Change)
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 401 || error.status === 403)) return
      // The network or the server is gone, which each list says itself when it is asked for more; anything else is a fault of ours.
      if (!(error instanceof ApiProblem || error instanceof TypeError || signal.aborted)) reportError(error)
    } finally {
      clearTimeout(timer)
    }
    await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.5 + random() / 2), signal)
    failures += 1
  }
}

/** Ends early when the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      window.removeEventListener('online', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    window.addEventListener('online', end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
