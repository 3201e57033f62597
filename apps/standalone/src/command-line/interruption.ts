import { exitCodes, Interrupted } from './failure.ts'

const signals = { SIGINT: exitCodes.interrupted, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Aborts when the command is told to stop: by a signal, because the launcher that started it is gone, or because nobody reads what it says. What is
 * under way is ended in order; a second signal ends it at once.
 */
export function whenToldToStop(): { signal: AbortSignal; letGo: () => void } {
  const told = new AbortController()
  let count = 0
  const stop = (exitCode: number) => {
    if (!told.signal.aborted) told.abort(new Interrupted(exitCode))
  }
  for (const [name, exitCode] of Object.entries(signals)) {
    process.on(name, () => {
      count += 1
      if (count > 1) process.exit(exitCode)
      stop(exitCode)
    })
  }
  process.once('disconnect', () => stop(exitCodes.interrupted))
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    stop(exitCodes.readerGone)
  })
  return {
    signal: told.signal,
    letGo: () => {
      if (process.connected) process.disconnect()
      process.stdin.destroy()
    },
  }
}
