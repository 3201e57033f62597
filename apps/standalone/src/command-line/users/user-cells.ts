import type { UserSummary } from '@rollcall/contracts/admin-api'

/** What a row has of itself, and so also where no copy of the users is kept. */
const ofSummary: Record<string, (user: UserSummary) => unknown> = {
  user_id: ({ userId }) => userId,
  name: ({ name }) => name,
  email: ({ email }) => email,
  email_verified: ({ isEmailVerified }) => isEmailVerified,
  connection: ({ connection }) => connection,
  blocked: ({ isBlocked }) => isBlocked,
  created_at: ({ createdAt }) => createdAt,
  last_login: ({ lastLoginAt }) => lastLoginAt,
  logins_count: ({ loginCount }) => loginCount,
}

export const usualColumns = ['user_id', 'email', 'name', 'connection', 'blocked', 'last_login']

/** Those that have to be asked for besides. */
export const furtherColumns = (columns: readonly string[]) => columns.filter((name) => !Object.hasOwn(ofSummary, name))

export const userCells = (user: UserSummary, columns: readonly string[]): string[] =>
  columns.map((name) => cellText(ofSummary[name] ? ofSummary[name](user) : user.columns[name]))

/** A value in one cell: nothing for nothing, a list with commas between, the rest as JSON has it. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return JSON.stringify(value)
}
