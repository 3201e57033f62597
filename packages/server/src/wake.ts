/** By which what waits for work is woken when there may be some. */
export interface Wake {
  /** There is news. */
  call(): void
  /** Whether there was news since this was last asked. */
  takeNews(): boolean
  /** Until there is news, or the time is up. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export function createWake(): Wake {
  let hasNews = true
  const sleepers = new Set<() => void>()
  return {
    call() {
      hasNews = true
      for (const wake of sleepers) wake()
    },
    takeNews() {
      const had = hasNews
      hasNews = false
      return had
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          sleepers.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        sleepers.add(wake)
        if (signal.aborted) wake()
        else signal.addEventListener('abort', wake, { once: true })
      }),
  }
}
