import type { BasedOn, User, UserEdit } from '@rollcall/contracts/admin-api'

/** What of a profile can be written here, and how the API calls it where it tells of changes. */
export const profileFields = {
  name: 'name',
  nickname: 'nickname',
  givenName: 'given_name',
  familyName: 'family_name',
  picture: 'picture',
} as const
export type ProfileField = keyof typeof profileFields
export const profileFieldNames = Object.keys(profileFields) as ProfileField[]

export interface ProfileDraft {
  updatedAt: string
  /** As they were when the writing began. */
  seen: Record<ProfileField, string | null>
  written: Record<ProfileField, string>
}

export function draftOf(user: User): ProfileDraft {
  const of = <Value>(read: (value: string | null) => Value) =>
    Object.fromEntries(profileFieldNames.map((field) => [field, read(user[field])])) as Record<ProfileField, Value>
  return { updatedAt: user.updatedAt, seen: of((value) => value), written: of((value) => value ?? '') }
}

/** What was written and is otherwise than what was there; null: it was emptied. */
export function profileChanges({ seen, written }: ProfileDraft): Pick<UserEdit, ProfileField> {
  return Object.fromEntries(
    profileFieldNames
      .map((field) => [field, written[field].trim() || null] as const)
      .filter(([field, value]) => value !== (seen[field] || null)),
  )
}

export function basisOf(draft: ProfileDraft): BasedOn {
  const changed = Object.keys(profileChanges(draft)) as ProfileField[]
  return {
    updatedAt: draft.updatedAt,
    fields: Object.fromEntries(changed.map((field) => [profileFields[field], draft.seen[field]])),
  }
}
