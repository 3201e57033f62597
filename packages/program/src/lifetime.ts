/** Why the program is to end. */
export type EndReason = 'asked' | 'launcher gone'

/**
 * Waits until the program is told to stop: by a signal, or because the launcher that started it is gone, however that ended. A second
 * signal ends it at once.
 */
export function untilToldToStop(): Promise<EndReason> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = (reason: EndReason) => {
      if (isStopping && reason === 'asked') process.exit(130)
      isStopping = true
      resolve(reason)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop('asked'))
    if (process.channel) process.once('disconnect', () => stop('launcher gone'))
  })
}
