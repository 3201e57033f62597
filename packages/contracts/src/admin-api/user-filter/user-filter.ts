/**
 * A question about users as a tree. Text becomes one by `parseUserFilter`, and text again by `printUserFilter`; nothing is ever pasted together.
 * The same tree is compiled to SQL for the directory and to Auth0's query syntax for a tenant without one.
 */
export type UserFilter =
  /** `all` of nothing is everybody, `any` of nothing nobody. */
  | { kind: 'all' | 'any'; of: UserFilter[] }
  | { kind: 'not'; of: UserFilter }
  /** Typed without a field: part of a name, an address, a telephone number, or an id. Case and accents are folded. */
  | { kind: 'text'; text: string }
  | MatchFilter
  | { kind: 'is'; field: UserField; value: boolean }
  | RangeFilter
  | { kind: 'exists'; field: UserField }

export interface MatchFilter {
  kind: 'match'
  field: UserField
  /** Pieces of text with anything between them: `ada*` is ['ada', ''], `ada` is ['ada']. */
  pieces: string[]
  /** Of metadata, for what looks like a number or a boolean: it was quoted, so that the text alone is meant. */
  isText?: true
}

/**
 * A number, a moment or a text from one bound to the other; a lacking bound is open. Both ends alike: the number, or within the period.
 */
export interface RangeFilter {
  kind: 'range'
  field: UserField
  from?: Bound
  to?: Bound
}

export interface Bound {
  value: BoundValue
  isInclusive: boolean
}

export type BoundValue =
  | { kind: 'number'; number: number }
  | MomentValue
  /** Of a text field, or metadata. */
  | { kind: 'text'; text: string }

export type MomentValue =
  /** As written, and as exact: `2025-03-14` is a whole day (UTC), `2025-03-14T10:30Z` a whole minute. */
  | { kind: 'moment'; moment: string }
  /** Counted back from the moment of asking, so that a saved view stays true: `now-30d`. */
  | { kind: 'ago'; amount: number; unit: AgoUnit }

/** Hours, days, weeks, months, years. */
export type AgoUnit = 'h' | 'd' | 'w' | 'M' | 'y'

/**
 * A field of the catalogue (fields.ts), or a path into metadata: `app_metadata.plan`. In a key of metadata a dot and a backslash have a
 * backslash before them.
 */
export type UserField = string

/** Puts filters together; one within another of its kind is taken apart, and a single one stands for itself. */
export function joinFilters(kind: 'all' | 'any', filters: UserFilter[]): UserFilter {
  const of = filters.flatMap((filter) => (filter.kind === kind ? filter.of : [filter]))
  return of.length === 1 && of[0] ? of[0] : { kind, of }
}
