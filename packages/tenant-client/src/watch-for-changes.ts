import { NotFound } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'

const userIsMissing = /^(the )?user (does not exist|not found)/i

/**
 * Calls that change a user: of one who is gone they say so.
 * @param onChange told when something may have changed, also by a request that failed: answers from before it are of no more use
 */
export function watchForChanges(call: CallTenant, onChange: () => void): CallTenant {
  return async (task) => {
    try {
      return await call(task)
    } catch (error) {
      if (error instanceof NotFound && userIsMissing.test(error.message))
        throw new NotFound('user-not-found', 'There is no such user any more.', { cause: error })
      throw error
    } finally {
      onChange()
    }
  }
}
