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

const mostKept = 500
const kept = new WeakMap<Sight['paths'], Map<string, UserFilter>>()

/** Lists are asked for again and again; what a text means depends on it and the names of fields alone. */
function parsed(text = '', { paths }: Sight): UserFilter {
  const known = kept.get(paths) ?? new Map<string, UserFilter>()
  kept.set(paths, known)
  const filter = known.get(text) ?? parse(text, paths)
  if (known.size >= mostKept) known.clear()
  known.set(text, filter)
  return filter
}

function parse(text: string, paths: Sight['paths']): UserFilter {
  try {
    return parseUserFilter(text, paths)
  } catch (error) {
    if (!(error instanceof UserFilterFault)) throw error
    const message = `${error.message} (characters ${error.from + 1} to ${error.to})`
    throw new InvalidInput('filter-invalid', error.message, [{ path: 'query.filter', message }], { cause: error })
  }
}
