/**
 * A user search as a tree. Auth0's `q` is a Lucene dialect; text is only ever put into it by `printUserQuery`, which escapes
 * all of it, so nobody's search can grow operators.
 */
export type UserQuery =
  | { kind: 'is'; field: UserQueryField; text: string }
  | { kind: 'startsWith' | 'contains'; field: UserQueryField; text: string }
  | { kind: 'any'; of: UserQuery[] }

export type UserQueryField = 'user_id' | 'name' | 'email' | 'nickname' | 'username' | 'phone_number'

/** Auth0 refuses a leading wildcard before fewer literals than this. */
export const fewestLiteralsAfterWildcard = 3

/** @returns the text for the `q` parameter (search engine v3) */
export function printUserQuery(query: UserQuery): string {
  switch (query.kind) {
    case 'is':
      return `${query.field}:"${query.text.replace(/["\\]/g, '\\$&')}"`
    case 'startsWith':
      return `${query.field}:${escapeTerm(query.text)}*`
    case 'contains':
      return `${query.field}:*${escapeTerm(query.text)}*`
    case 'any':
      return `(${query.of.map(printUserQuery).join(' OR ')})`
  }
}

/** Everything that is no letter, digit, mark or plain joiner gets a backslash: more than Lucene asks for, never less. */
function escapeTerm(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{M}_.@]/gu, '\\$&')
}
