import type { Change } from '@rollcall/contracts/admin-api'
import type { Changes } from '../api/changes.ts'

/** The server's events, as the test sends them. */
export function fakeChanges(): Changes & { tell: (change: Change) => void } {
  const listeners = new Set<(change: Change) => void>()
  return {
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => listeners.clear(),
    tell: (change) => listeners.forEach((listener) => listener(change)),
  }
}
