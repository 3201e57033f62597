import { createHash } from 'node:crypto'
import { z } from 'zod'

const forbiddenKey = /[.$]/
const reservedAppMetadata = [
  '__tenant', '_id', 'blocked', 'clientID', 'created_at', 'email_verified', 'email', 'globalClientID', 'global_client_id', 'identities',
  'lastIP', 'lastLogin', 'loginsCount', 'metadata', 'multifactor_last_modified', 'multifactor', 'updated_at', 'user_id',
] // prettier-ignore

const json: z.ZodType<unknown> = z.unknown()
export const metadata = z.record(
  z.string().refine((key) => !forbiddenKey.test(key), 'Metadata keys cannot contain . or $'),
  json,
)
export const appMetadata = metadata.refine(
  (value) => !Object.keys(value).some((key) => reservedAppMetadata.includes(key)),
  'app_metadata holds a reserved property',
)

const profile = {
  email: z.email().max(320).describe("The user's email."),
  phone_number: z.string().regex(/^\+[0-9]{1,15}$/).describe("The user's phone number (following the E.164 recommendation)."),
  blocked: z.boolean().describe('Whether this user was blocked by an administrator (true) or not (false).'),
  email_verified: z.boolean().describe('Whether this email address is verified (true) or unverified (false). User will receive a verification email after creation if `email_verified` is false or not specified'),
  phone_verified: z.boolean().describe('Whether this phone number has been verified (true) or not (false).'),
  given_name: z.string().min(1).max(150).describe("The user's given name(s)."),
  family_name: z.string().min(1).max(150).describe("The user's family name(s)."),
  name: z.string().min(1).max(300).describe("The user's full name."),
  nickname: z.string().min(1).max(300).describe("The user's nickname."),
  picture: z.url().max(8192).describe('A URI pointing to the user\'s picture.'),
  username: z.string().min(1).max(128).describe("The user's username. Only valid if the connection requires a username."),
  user_metadata: metadata.describe('Data related to the user that does affect the application\'s core functionality.'),
  app_metadata: appMetadata.describe('User metadata to which this user has read-only access.'),
} // prettier-ignore

const password = z
  .string()
  .min(1)
  .max(512)
  .describe('Initial password for this user. Only valid for auth0 connection strategy.')
const verifyEmail = z
  .boolean()
  .describe('Whether the user will receive a verification email after creation (true) or no email (false).')

export const CreateUserBody = z.strictObject({
  ...z.object(profile).partial().shape,
  connection: z.string().min(1).max(128).describe('Name of the connection this user should be created in.'),
  user_id: z
    .string()
    .max(255)
    .regex(/^\S*$/)
    .optional()
    .describe("The external user's id provided by the identity provider."),
  password: password.optional(),
  verify_email: verifyEmail.optional(),
})
export type CreateUserBody = z.infer<typeof CreateUserBody>

/** null unsets a member; in metadata it removes a key of the first level. */
export const UpdateUserBody = z.strictObject({
  ...z.object({
    ...profile,
    given_name: profile.given_name.nullable(),
    family_name: profile.family_name.nullable(),
    name: profile.name.nullable(),
    nickname: profile.nickname.nullable(),
    picture: profile.picture.nullable(),
    phone_number: profile.phone_number.nullable(),
    username: profile.username.nullable(),
    email: profile.email.nullable(),
  }).partial().shape,
  password: password.nullable().optional(),
  connection: z.string().min(1).max(128).optional(),
  client_id: z.string().max(128).optional(),
  verify_email: verifyEmail.optional(),
  verify_phone_number: z.boolean().optional(),
  verify_password: z.boolean().optional(),
}) // prettier-ignore
export type UpdateUserBody = z.infer<typeof UpdateUserBody>

/** The picture Auth0 gives to a user who has none: gravatar's, with their initials behind it. */
export function defaultPicture(email: string | null, fallback: string): string {
  const hash = createHash('md5')
    .update((email ?? fallback).toLowerCase())
    .digest('hex')
  const initials =
    (email ?? fallback)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 2) || 'ab'
  const avatar = encodeURIComponent(`https://cdn.auth0.com/avatars/${initials}.png`)
  return `https://s.gravatar.com/avatar/${hash}?s=480&r=pg&d=${avatar}`
}
