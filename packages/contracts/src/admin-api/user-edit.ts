import { z } from 'zod'
import { noControlCharacter, notTooDeep } from './query-values.ts'

/** Auth0's limits (Management API, update a user). null takes the field away. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine(...noControlCharacter)
    .nullable()
    .optional()

/** What Auth0 keeps for itself in app_metadata (Auth0 docs, metadata-fields-data). */
export const reservedAppMetadata = ['__tenant', '_id', 'blocked', 'clientID', 'created_at', 'email_verified', 'email', 'globalClientID', 'global_client_id', 'identities', 'lastIP', 'lastLogin', 'loginsCount', 'metadata', 'multifactor_last_modified', 'multifactor', 'updated_at', 'user_id'] as const // prettier-ignore

const MetadataKey = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^.$\p{Cc}]+$/u, 'A key holds no dot, no dollar sign and no control character.')
  .refine((key) => key !== '__proto__', 'This key cannot be used.')

const Metadata = (isTaken: (key: string) => boolean) =>
  z
    .record(
      MetadataKey.refine((key) => !isTaken(key), 'Auth0 keeps this key for itself.'),
      z.unknown().refine(...notTooDeep),
    )
    // Auth0 takes an empty object for the wish to lose all of it.
    .refine((metadata) => Object.keys(metadata).length > 0, 'Name at least one key; null takes a key away.')
    .optional()

/**
 * What of a profile is to be otherwise. What is not named stays; of metadata, keys of the first level are replaced whole, and null takes one
 * away.
 */
export const UserEdit = z
  .strictObject({
    name: text(300),
    nickname: text(300),
    givenName: text(150),
    familyName: text(150),
    picture: z.url({ protocol: /^https?$/ }).max(2048).nullable().optional(), // prettier-ignore
    userMetadata: Metadata(() => false),
    appMetadata: Metadata((key) => (reservedAppMetadata as readonly string[]).includes(key)),
  })
  .refine((edit) => Object.values(edit).some((value) => value !== undefined), 'Name at least one field.')
  .meta({ id: 'UserEdit' })
export type UserEdit = z.infer<typeof UserEdit>
