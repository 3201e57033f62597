import type { FieldChange, User } from '@rollcall/contracts/admin-api'
import type { Sight } from './custom-fields.ts'

/** What stands in the place of a value that is not for whoever asks. */
export const hiddenValue = '[hidden]'

/** The names of the first level of one kind of metadata that are not to be seen. */
export const hiddenKeys = ({ hidden }: Pick<Sight, 'hidden'>, table: string): string[] =>
  [...hidden].filter((key) => key.startsWith(`${table}.`)).map((key) => key.slice(table.length + 1))

export function withoutHidden<Some extends Pick<User, 'userMetadata' | 'appMetadata'>>(user: Some, sight: Sight): Some {
  if (sight.hidden.size === 0) return user
  return {
    ...user,
    userMetadata: without(user.userMetadata, hiddenKeys(sight, 'user_metadata')),
    appMetadata: without(user.appMetadata, hiddenKeys(sight, 'app_metadata')),
  }
}

const without = (metadata: Record<string, unknown>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => !keys.includes(key)))

/** That something was changed may be known, and not from what to what, nor whether there was anything. */
export function maskChanges(changes: readonly FieldChange[], { hidden }: Sight): FieldChange[] {
  return changes.map((change) =>
    hidden.has(change.field) ? { ...change, before: hiddenValue, after: hiddenValue } : change,
  )
}
