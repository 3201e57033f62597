import { parseUserFilter, printUserFilter, UserFilterFault } from '@rollcall/contracts/user-filter'
import { z } from 'zod'
import { wellKnownDomains } from './well-known-domains.ts'

const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u, 'Expected a domain, such as mailinator.com.')
const Domains = z.array(Domain)

const Declaration = z.strictObject({
  only: Domains.optional(),
  more: Domains.optional(),
  without: Domains.optional(),
})

/** Whose addresses are thrown away: `only` these, or the well-known ones with some `more`, `without` others. */
export type DisposableDomainsDeclaration = z.input<typeof Declaration>

/** One thing that is wrong: where, `more[2]`, and what. */
export interface DomainFault {
  at: string
  problem: string
}

/** Checks a declaration whole. @returns the filter that finds them; undefined: there are none to be found */
export function readDisposableDomains(declared: unknown = {}): { filter: string | undefined; faults: DomainFault[] } {
  const read = Declaration.safeParse(declared)
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => ({ at: placeOf(path), problem: message }))
    return { filter: undefined, faults }
  }
  const { only, more = [], without = [] } = read.data
  if (only && (more.length > 0 || without.length > 0))
    return { filter: undefined, faults: [{ at: 'only', problem: 'Stands for itself: leave out more and without.' }] }
  const left = new Set(without)
  const domains = [...new Set(only ?? [...wellKnownDomains, ...more])].filter((domain) => !left.has(domain))
  if (domains.length === 0) return { filter: undefined, faults: [] }
  const filter = filterOf(domains)
  try {
    parseUserFilter(filter)
    return { filter, faults: [] }
  } catch (error) {
    if (!(error instanceof UserFilterFault)) throw error
    return { filter: undefined, faults: [{ at: only ? 'only' : 'more', problem: tooMany(domains, error) }] }
  }
}

const placeOf = (path: readonly PropertyKey[]) =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${String(part)}`)).join('') ||
  'disposable domains'

const filterOf = (domains: readonly string[]) =>
  printUserFilter({
    kind: 'all',
    of: [
      { kind: 'any', of: domains.map((domain) => ({ kind: 'match', field: 'email.domain', pieces: [domain] })) },
      { kind: 'is', field: 'blocked', value: false },
    ],
  })

const tooMany = (domains: readonly string[], { message }: UserFilterFault) =>
  `${domains.length} domains, ${filterOf(domains).length} characters in all, are too many for a filter. ${message}`
