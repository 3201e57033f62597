import { randomBytes } from 'node:crypto'

/** Satisfies every password policy of Auth0's, among them: no character three times in a row. Nobody is told it. */
export function unguessablePassword(): string {
  const password = `Aa1!${randomBytes(36).toString('base64url')}`
  return /(.)\1\1/.test(password) ? unguessablePassword() : password
}
