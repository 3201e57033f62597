import type { Change } from '@rollcall/contracts/admin-api'
import { onScopeDispose } from 'vue'
import type { InjectionKey } from 'vue'
import { injected } from '../injection.ts'
import { ApiProblem } from './problem.ts'
import { readEvents } from './read-events.ts'

/** What others change, told to whoever listens; one connection, made when the first one does. */
export interface Changes {
  /** @returns what ends the listening */
  listen(listener: (change: Change) => void): () => void
  close(): void
}

export const changesKey: InjectionKey<Changes> = Symbol('changes')

const firstPauseMs = 1000
const longestPauseMs = 30_000
/** The server says that it is still there every 20 s; a network that is gone says nothing. */
const longestSilenceMs = 60_000

/**
 * Follows the server's events for as long as the session lasts. An `EventSource` could not carry the access token.
 * @param connect asks for the stream
 * @param random for pauses that differ between the tabs that a restarted server lost at once
 */
export function createChanges(
  connect: (signal: AbortSignal) => Promise<Response>,
  random: () => number = Math.random,
): Changes {
  const listeners = new Set<(change: Change) => void>()
  const end = new AbortController()
  let hasBegun = false
  let wake: () => void = () => undefined

  const tell = (change: Change) => listeners.forEach((listener) => listener(change))
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const follow = async () => {
    let failures = 0
    let isFirst = true
    while (!end.signal.aborted) {
      const silence = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      const onSign = () => {
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(new TypeError('The server has fallen silent.')), longestSilenceMs)
      }
      try {
        onSign()
        const { body } = await connect(AbortSignal.any([end.signal, silence.signal]))
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
        const isAway = error instanceof ApiProblem || error instanceof TypeError || end.signal.aborted
        if (!isAway) reportError(error)
      } finally {
        clearTimeout(timer)
      }
      if (!end.signal.aborted)
        await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.5 + random() / 2))
      failures += 1
    }
  }

  const onOnline = () => wake()
  return {
    listen: (listener) => {
      listeners.add(listener)
      if (!hasBegun) {
        hasBegun = true
        window.addEventListener('online', onOnline)
        void follow()
      }
      return () => listeners.delete(listener)
    },
    close: () => {
      end.abort()
      wake()
      window.removeEventListener('online', onOnline)
    },
  }
}

/** Listens for as long as the component is there. */
export function useChanges(listener: (change: Change) => void): void {
  onScopeDispose(injected(changesKey).listen(listener))
}
