import { parseUserFilter, UserFilterFault, type UserFilter } from '@rollcall/contracts/admin-api'
import { InvalidInput } from '@rollcall/http-kit'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { checkFilter } from '../../custom-fields/refuse.ts'

/**
 * @param text as somebody wrote it; none: everybody
 * @param sight of whoever asks
 * @throws InvalidInput `filter-invalid`, saying what is wrong and where; NotAllowed `field-hidden`
 */
export function readFilter(text: string | undefined, sight: Sight): UserFilter {
  const filter = parsed(text, sight)
  checkFilter(filter, sight)
  return filter
}

function parsed(text: string | undefined, { paths }: Sight): UserFilter {
  try {
    return parseUserFilter(text ?? '', paths)
  } catch (error) {
    if (!(error instanceof UserFilterFault)) throw error
    const message = `${error.message} (characters ${error.from + 1} to ${error.to})`
    throw new InvalidInput('filter-invalid', error.message, [{ path: 'query.filter', message }], { cause: error })
  }
}
