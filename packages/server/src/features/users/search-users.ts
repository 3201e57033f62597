import { fewestLiteralsAfterWildcard, type UserQuery, type UserQueryField } from '@rollcall/tenant-client'

const searchedFields = ['name', 'email', 'nickname', 'username', 'phone_number'] as const satisfies UserQueryField[]

/** The tenant keeps these in lower case, and compares a username to the letter. */
const lowerCaseFields: ReadonlySet<UserQueryField> = new Set(['email', 'username'])

/**
 * Users whose name, e-mail, nickname, username or telephone number contains the text, or whose id it is. Below three characters Auth0 allows no
 * leading wildcard, so there a field must begin with it.
 * @param text what somebody typed; any characters at all
 * @returns undefined for no text: everybody
 */
export function toUserQuery(text: string | undefined): UserQuery | undefined {
  if (!text) return undefined
  const kind = [...text].length >= fewestLiteralsAfterWildcard ? 'contains' : 'startsWith'
  const byField = searchedFields.map((field): UserQuery => {
    return { kind, field, text: lowerCaseFields.has(field) ? text.toLowerCase() : text }
  })
  // Every id has a bar between provider and account. Other text is spared that question: it makes the tenant's search slower.
  return { kind: 'any', of: text.includes('|') ? [...byField, { kind: 'is', field: 'user_id', text }] : byField }
}
