/** Why the program is to end. */
export type EndReason = 'asked' | 'launcher gone'

/**
 * Waits until the program is told to stop: by a signal, or because the launcher that started it is gone, however that ended. A second
 * signal ends it at once.
 */
export function untilToldToStop(): Promise<EndReason> {
  return new Promise((resolve) => {
    let signals = 0
    const onSignal = () => {
      signals += 1
      // The launcher lets go of us at the same signal as we get, as part of the terminal's group or systemd's: only signals are counted.
      if (signals > 1) process.exit(130)
      resolve('asked')
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
    if (process.channel) process.once('disconnect', () => resolve('launcher gone'))
  })
}
