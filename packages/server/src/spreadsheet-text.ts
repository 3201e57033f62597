import { sql, type RawBuilder } from '@rollcall/database'

/** A text for CSV: one that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection). */
export const spreadsheetText = (text: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`regexp_replace(${text}, '^([=+@\\t\\r-])', '''\\1')`
