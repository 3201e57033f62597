import {
  Conflict,
  InvalidInput,
  NotFound,
  PartlyDone,
  RollcallError,
  TooManyRequests,
  Unavailable,
  UpstreamFailed,
} from '@rollcall/http-kit'
import type { RunFailure } from '../store/schema.ts'
import type { RunRow } from './runs.store.ts'
import { presentStep } from './steps.ts'

/** What is kept of an error: what its caller was told. */
export function toFailure(error: unknown): RunFailure {
  if (error instanceof RollcallError) return { status: error.status, code: error.code, message: error.message }
  return { status: 502, code: 'internal-error', message: 'Something went wrong on our side.' }
}

/** The same error for whoever asks again. */
export function fromFailure(
  { status, code, message }: RunFailure,
  { steps, user_id: userId }: Pick<RunRow, 'steps' | 'user_id'>,
): RollcallError {
  if (steps.length > 0 && status === 502)
    return new PartlyDone(code, message, { steps: steps.map(presentStep), userId })
  if (status === 400) return new InvalidInput(code, message)
  if (status === 404) return new NotFound(code, message)
  if (status === 409) return new Conflict(code, message)
  if (status === 429) return new TooManyRequests(code, message)
  if (status === 503) return new Unavailable(code, message)
  return new UpstreamFailed(code, message)
}
