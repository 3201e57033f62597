/** PostgreSQL's foreign_key_violation and unique_violation. */
const codes = ['23503', '23505']

/** Whether a statement failed because another request was quicker: to remove what it refers to, or to make the same. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))
