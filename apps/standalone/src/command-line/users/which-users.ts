import {
  joinFilters,
  parseUserFilter,
  printUserFilter,
  UserFilterFault,
  type UserFilter,
} from '@rollcall/contracts/user-filter'
import type { Options, Values } from '../command.ts'
import { misused } from '../failure.ts'

/** How users are asked for, wherever they are. */
export const whichOptions = {
  search: { type: 'string', value: 'TEXT', help: 'and who has these words, taken as they are: no part of a filter' },
} as const satisfies Options

/**
 * @param words a filter, whose words may have come one by one
 * @returns the same in the filter language; undefined for everybody
 * @throws CommandFailed when it cannot be read, pointing at where
 */
export function readFilter(words: string[], { search }: Values<typeof whichOptions>): string | undefined {
  const text = words.join(' ')
  const parts = [...(text.trim() ? [parse(text)] : []), ...searched(search)]
  return parts.length === 0 ? undefined : printUserFilter(joinFilters('all', parts))
}

const searched = (search = ''): UserFilter[] =>
  search.split(/\s+/).filter(Boolean).map((text) => ({ kind: 'text', text })) // prettier-ignore

function parse(text: string): UserFilter {
  try {
    return parseUserFilter(text)
  } catch (error) {
    if (!(error instanceof UserFilterFault)) throw error
    const marker = `${' '.repeat(error.from)}${'^'.repeat(Math.max(1, error.to - error.from))}`
    throw misused(error.message, text, marker)
  }
}

/** Who has exactly this address. */
export const byEmail = (email: string) => printUserFilter({ kind: 'match', field: 'email', pieces: [email] })
