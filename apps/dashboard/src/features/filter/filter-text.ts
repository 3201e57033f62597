import { joinFilters, parseUserFilter, printUserFilter, UserFilterFault } from '@rollcall/contracts/user-filter'
import type { UserFilter } from '@rollcall/contracts/user-filter'
import { ownPaths } from '../fields/own-fields.ts'

/** What a text says, or where it goes wrong. */
export type ReadFilter = { tree: UserFilter; fault?: undefined } | { tree?: undefined; fault: UserFilterFault }

export function readFilter(text: string): ReadFilter {
  try {
    return { tree: parseUserFilter(text, ownPaths.value) }
  } catch (fault) {
    if (fault instanceof UserFilterFault) return { fault }
    throw fault
  }
}

/** The conditions that all must hold; a filter of another kind is the only one. */
export const partsOf = (tree: UserFilter): UserFilter[] => (tree.kind === 'all' ? tree.of : [tree])

/** The text of these conditions; none of them is everybody. */
export function textOf(parts: UserFilter[]): string {
  return parts.length === 0 ? '' : printUserFilter(joinFilters('all', parts))
}
