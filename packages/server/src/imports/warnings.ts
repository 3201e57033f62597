import type { ImportFindings } from '@rollcall/contracts/admin-api'
import type { ImportEntry } from './imports.store.ts'

interface Checked {
  entry: Pick<ImportEntry, 'columns' | 'mode'>
  hasDirectory: boolean
  withPassword: number
  toUpdate: number
}

/** What is surprising about an import that is right in itself. */
export function warningsOf({ entry, hasDirectory, withPassword, toUpdate }: Checked): ImportFindings['warnings'] {
  const fills = (start: string) => entry.columns.some(({ to }) => to === start || to?.startsWith(`${start}.`))
  const passwords = entry.columns.filter(({ column, to }) => to === null && /^(password|passwort|pwd|pass)$/i.test(column))
  const all: [boolean, string, string][] = [
    [!hasDirectory, 'directory-missing', 'The directory has not been filled, so who is there already is not known here: the tenant finds out, row by row.'],
    [passwords.length > 0, 'plain-password', 'There is a column of passwords. Auth0’s import takes hashes of passwords only; the column is not imported.'],
    [withPassword === 0, 'no-passwords', 'No row has a password hash: these users have to reset their password before they can sign in.'],
    [withPassword > 0 && toUpdate > 0, 'passwords-kept', 'Who is there already keeps the password that they have.'],
    [!fills('email_verified'), 'unverified', 'Addresses count as unverified, for no column says otherwise.'],
    [fills('app_metadata'), 'app-metadata', 'app_metadata is imported as data. It grants nothing in Rollcall; an application that reads permissions from it may grant them.'],
    [toUpdate > 0 && (fills('user_metadata') || fills('app_metadata')), 'metadata-replaced', 'The metadata of those who are there already is replaced whole, not merged.'],
  ]
  return all.flatMap(([applies, code, message]) => (applies ? [{ code, message }] : []))
} // prettier-ignore
