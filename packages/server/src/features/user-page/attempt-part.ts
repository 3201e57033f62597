import type { PartProblem } from '@rollcall/contracts/admin-api'
import { NotFound, RollcallError, ScopeMissing } from '@rollcall/http-kit'

/** One part of an answer, or why it is not there. */
export type Part<Value> = { value: Value; problem: null } | { value: null; problem: PartProblem }

/**
 * A part that may fail without the rest. That there is no such user is no failure of a part.
 * @throws NotFound `user-not-found`
 */
export async function attemptPart<Value>(part: Promise<Value>): Promise<Part<Value>> {
  try {
    return { value: await part, problem: null }
  } catch (error) {
    if (!(error instanceof RollcallError) || isUserMissing(error)) throw error
    const missingScopes = error instanceof ScopeMissing ? { missingScopes: error.scopes } : {}
    return { value: null, problem: { code: error.code, detail: error.message, ...missingScopes } }
  }
}

const isUserMissing = (error: RollcallError) => error instanceof NotFound && error.code === 'user-not-found'
