import { valueAtPath } from '@rollcall/contracts/admin-api'
import type { User } from '@rollcall/contracts/admin-api'
import { ownFields } from './own-fields.ts'
import { ownValueText } from './own-value-text.ts'
import type { Words } from './own-value-text.ts'

/** What a user has in the fields of the team's own, in words; null: nothing. */
export function ownFacts({ userMetadata, appMetadata }: Pick<User, 'userMetadata' | 'appMetadata'>, words: Words) {
  const metadata = { user_metadata: userMetadata, app_metadata: appMetadata }
  return ownFields.value.map((field) => ({
    name: field.label,
    value: ownValueText(field, valueAtPath(metadata, field.path), words) || null,
  }))
}
