import { InvalidInput } from '@rollcall/http-kit'

/** A row as the file has it. */
export interface FileRow {
  /** Where it begins, counted from 1. */
  line: number
  /** Cells of CSV, or an object; undefined: it cannot be read. */
  content: string[] | Record<string, unknown> | undefined
  fault?: string
}

/** A row that is longer cannot be sent to the tenant together with anything else. */
export const longestRowBytes = 262_144

/** What makes the rest of a file unreadable. */
export function malformed(line: number, why: string): InvalidInput {
  return new InvalidInput('file-malformed', `The file cannot be read from line ${line} on: ${why}`)
}
