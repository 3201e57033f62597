import type { BasedOn, User, UserEdit } from '@rollcall/contracts/admin-api'
import { ownChanges, ownTexts } from '../fields/own-edit.ts'
import type { Metadata } from '../fields/own-edit.ts'
import { metadataTables } from './metadata-edit.ts'

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
  seenMetadata: Metadata
  /** What is written of the team's own fields, by path. */
  own: Record<string, string>
}

export function draftOf(user: User): ProfileDraft {
  const of = <Value>(read: (value: string | null) => Value) =>
    Object.fromEntries(profileFieldNames.map((field) => [field, read(user[field])])) as Record<ProfileField, Value>
  const seenMetadata = { user_metadata: user.userMetadata, app_metadata: user.appMetadata }
  return {
    updatedAt: user.updatedAt,
    seen: of((value) => value),
    written: of((value) => value ?? ''),
    seenMetadata,
    own: ownTexts(seenMetadata),
  }
}

/** What was written and is otherwise than what was there; null: it was emptied. */
export function profileChanges({ seen, written, seenMetadata, own }: ProfileDraft): UserEdit {
  const { user_metadata: ofUser, app_metadata: ofApp } = ownChanges(seenMetadata, own)
  const plain = profileFieldNames
    .map((field) => [field, written[field].trim() || null] as const)
    .filter(([field, value]) => value !== (seen[field] || null))
  return {
    ...Object.fromEntries(plain),
    ...(Object.keys(ofUser).length > 0 && { userMetadata: ofUser }),
    ...(Object.keys(ofApp).length > 0 && { appMetadata: ofApp }),
  }
}

export function basisOf(draft: ProfileDraft): BasedOn {
  const changes = profileChanges(draft)
  const plain = profileFieldNames
    .filter((field) => changes[field] !== undefined)
    .map((field) => [profileFields[field], draft.seen[field]])
  const metadata = (['userMetadata', 'appMetadata'] as const).flatMap((table) =>
    Object.keys(changes[table] ?? {}).map((key) => {
      const seen = draft.seenMetadata[metadataTables[table]]
      return [`${metadataTables[table]}.${key}`, Object.hasOwn(seen, key) ? seen[key] : null]
    }),
  )
  return { updatedAt: draft.updatedAt, fields: Object.fromEntries([...plain, ...metadata]) }
}
