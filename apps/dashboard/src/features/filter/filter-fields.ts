import { infoOf, metadataPath } from '@rollcall/contracts/user-filter'
import type { UserField } from '@rollcall/contracts/user-filter'

/** The fields that the builder offers, by what they are about. */
export const fieldGroups = {
  access: ['connection', 'role', 'organization', 'tag', 'email_verified', 'blocked', 'mfa', 'deletion_scheduled'],
  activity: ['created_at', 'last_login', 'logins_count', 'signed_in_on', 'failed_on', 'updated_at'],
  person: [
    'email',
    'email.domain',
    'email_shared',
    'email_used_elsewhere',
    'name',
    'nickname',
    'username',
    'phone_number',
    'user_id',
    'last_ip',
    'note',
  ],
} as const
export const fieldGroupNames = ['access', 'activity', 'person'] as const

/** Fields of which almost every user has a value of their own: there is nothing to choose from. */
const singular: UserField[] = [
  'user_id',
  'email',
  'name',
  'nickname',
  'username',
  'given_name',
  'family_name',
  'phone_number',
  'last_ip',
  'identities.user_id',
  'note',
]

export const isMetadata = (field: UserField): boolean => metadataPath(field).length > 0

/** Whether a field has values that many users share, to be suggested. */
export const isChoice = (field: UserField): boolean =>
  ['text', 'reference', 'metadata'].includes(infoOf(field).kind) && !singular.includes(field)
