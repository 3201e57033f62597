/**
 * A question about users as a tree. Text becomes one by `parseUserFilter`, and text again by `printUserFilter`; nothing is ever pasted together.
 * The same tree is compiled to SQL for the directory and to Auth0's query syntax for a tenant without one.
 */
export type UserFilter =
  | { kind: 'all' | 'any'; of: UserFilter[] }
  | { kind: 'not'; of: UserFilter }
  /** Typed without a field: part of a name, an address, a telephone number, or an id. Case and accents are folded. */
  | { kind: 'text'; text: string }
  /** Pieces of text with anything between them: `ada*` is ['ada', ''], `ada` is ['ada']. */
  | { kind: 'match'; field: UserField; pieces: string[] }
  | { kind: 'is'; field: UserField; value: boolean }
  /** A number, a moment or (of metadata) a text from one bound to the other; a lacking bound is open. */
  | { kind: 'range'; field: UserField; from?: Bound; to?: Bound }
  | { kind: 'exists'; field: UserField }

export interface Bound {
  value: BoundValue
  isInclusive: boolean
}

export type BoundValue =
  | { kind: 'number'; number: number }
  /** As written: `2025-03-14`, which is a whole day, or a full ISO 8601 moment. */
  | { kind: 'moment'; moment: string }
  /** Counted back from the moment of asking, so that a saved view stays true: `now-30d`. */
  | { kind: 'ago'; amount: number; unit: AgoUnit }
  | { kind: 'text'; text: string }

/** Hours, days, weeks, months, years. */
export type AgoUnit = 'h' | 'd' | 'w' | 'M' | 'y'

/** A field of the catalogue (fields.ts), or a path into metadata: `app_metadata.plan`. */
export type UserField = string
