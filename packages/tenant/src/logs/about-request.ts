import type { Request } from 'express'
import { addressOf } from '../request-origin.ts'
import type { LogEvent } from './log-event.ts'

/** Where a request came from, as an entry says it. */
export const aboutRequest = (req: Request): Pick<LogEvent, 'ip' | 'user_agent'> => ({
  ip: addressOf(req),
  user_agent: req.headers['user-agent'],
})
