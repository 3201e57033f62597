export {
  Conflict,
  InvalidInput,
  MethodNotAllowed,
  NotAllowed,
  NotAuthenticated,
  NotFound,
  PartlyDone,
  RollcallError,
  ScopeMissing,
  TooLarge,
  TooManyRequests,
  Unavailable,
  UpstreamFailed,
} from './errors.ts'
export type { Difference, FieldFault, StepResult } from './errors.ts'
export { createLogger } from './logger.ts'
export type { Logger, LoggerOptions } from './logger.ts'
export { parse } from './parse.ts'
export { problemHandler, toRollcallError } from './problem-handler.ts'
export { noteFailure, requestContext, requestIdOf } from './request-context.ts'
export { jsonAtOnce } from './send-json.ts'
