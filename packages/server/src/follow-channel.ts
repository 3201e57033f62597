import type { Store } from './store/open-store.ts'
import { createWake, type Wake } from './wake.ts'

/** What the servers on one database tell each other of things by their ids: what works on them here is woken by it, and listeners hear of it. */
export interface FollowedChannel {
  wake: Wake
  /** @returns how to stop listening */
  subscribe(listener: (id: string) => void): () => void
  close(): Promise<void>
}

export function followChannel({ listen }: Pick<Store, 'listen'>, channel: string): FollowedChannel {
  const listeners = new Set<(id: string) => void>()
  const wake = createWake()
  const close = listen({
    channel,
    onListening: () => wake.call(), // what was told before is not told again
    onMessage(id) {
      wake.call()
      for (const listener of listeners) listener(id)
    },
  })
  return {
    wake,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close,
  }
}
