import type { Change } from '@rollcall/contracts/admin-api'
import { onScopeDispose } from 'vue'
import type { InjectionKey } from 'vue'
import { injected } from '../injection.ts'

/** What others change, told to whoever listens; one connection, made when the first one does. */
export interface Changes {
  /** @returns what ends the listening */
  listen(listener: (change: Change) => void): () => void
  close(): void
}

export const changesKey: InjectionKey<Changes> = Symbol('changes')

/**
 * @param connect asks for the stream
 * @param random for pauses between two connections
 */
export function createChanges(
  connect: (signal: AbortSignal) => Promise<Response>,
  random: () => number = Math.random,
): Changes {
  const listeners = new Set<(change: Change) => void>()
  const end = new AbortController()
  let hasBegun = false
  const tell = (change: Change) => listeners.forEach((listener) => listener(change))
  const begin = async () => {
    hasBegun = true
    const { followChanges } = await import('./follow-changes.ts')
    await followChanges({ connect, tell, signal: end.signal, random })
  }
  return {
    listen: (listener) => {
      listeners.add(listener)
      if (!hasBegun) void begin()
      return () => listeners.delete(listener)
    },
    close: () => end.abort(),
  }
}

/** Listens for as long as the component is there. */
export function useChanges(listener: (change: Change) => void): void {
  onScopeDispose(injected(changesKey).listen(listener))
}
