import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'

export type { Logger } from 'pino'

/** Names under which a secret could slip into a log line; what stands there is replaced. */
const secretPaths = ['password', 'secret', 'token', 'authorization', 'clientSecret', 'cookie', 'email'].flatMap(
  (name) => [name, `*.${name}`],
)

export interface LoggerOptions {
  level?: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug'
  /** Where the JSON lines go; stdout when absent. */
  destination?: DestinationStream
}

/** JSON lines: fields, then a sentence that never varies. `logger.info({ userId }, 'user deleted')` */
export function createLogger({ level = 'info', destination }: LoggerOptions = {}): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
  }
  return destination ? pino(options, destination) : pino(options)
}
