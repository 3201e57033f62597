import { parseUserFilter, UserFilterFault, type UserFilter } from '@rollcall/contracts/admin-api'
import { InvalidInput } from '@rollcall/http-kit'

/**
 * @param text as somebody wrote it; none: everybody
 * @throws InvalidInput `filter-invalid`, saying what is wrong and where
 */
export function readFilter(text: string | undefined): UserFilter {
  try {
    return parseUserFilter(text ?? '')
  } catch (error) {
    if (!(error instanceof UserFilterFault)) throw error
    const message = `${error.message} (characters ${error.from + 1} to ${error.to})`
    throw new InvalidInput('filter-invalid', error.message, [{ path: 'query.filter', message }], { cause: error })
  }
}
