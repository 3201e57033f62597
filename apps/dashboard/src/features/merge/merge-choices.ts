import type { User } from '@rollcall/contracts/admin-api'
import { isSameJson } from '../actions/same-json.ts'
import { profileFieldNames, profileFields } from '../user-page/profile-edit.ts'

/** A field of which the one who stays keeps a single value. */
export interface FieldChoice {
  /** As the API names it: `name`, `app_metadata.plan`. */
  field: string
  stays: unknown
  goes: unknown
  isSame: boolean
}

const tables = { user_metadata: 'userMetadata', app_metadata: 'appMetadata' } as const
const ownValue = (metadata: Record<string, unknown>, key: string) =>
  Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null

/** Profile and metadata, by the first level, side by side; what neither has is left out. */
export function fieldChoices(stays: User, goes: User): FieldChoice[] {
  const profile = profileFieldNames.map((name) => ({
    field: profileFields[name] as string,
    stays: stays[name],
    goes: goes[name],
  }))
  const metadata = Object.entries(tables).flatMap(([table, name]) =>
    [...new Set([...Object.keys(stays[name]), ...Object.keys(goes[name])])].sort().map((key) => ({
      field: `${table}.${key}`,
      stays: ownValue(stays[name], key),
      goes: ownValue(goes[name], key),
    })),
  )
  return [...profile, ...metadata]
    .filter((choice) => choice.stays !== null || choice.goes !== null)
    .map((choice) => ({ ...choice, isSame: isSameJson(choice.stays, choice.goes) }))
}

/** What most want: nothing that is there is overwritten, and nothing is lost that fits beside it. */
export const isTakenAtFirst = ({ stays, goes }: FieldChoice): boolean => stays === null && goes !== null

/** The parameters by which `user.link` takes over these fields. */
export function takenNames(fields: readonly string[]): { profile: string[]; metadata: string[] } {
  const isMetadata = (field: string) => field.includes('.')
  return { profile: fields.filter((field) => !isMetadata(field)), metadata: fields.filter(isMetadata) }
}
