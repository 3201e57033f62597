import { reservedAppMetadata } from '@rollcall/contracts/admin-api'
import { z } from 'zod'

const noControl = (text: string) => !/\p{Cc}/u.test(text)
const text = (longest: number) =>
  z
    .string('Expected text.')
    .min(1, 'Is empty.')
    .max(longest, `Is longer than ${longest} characters.`)
    .refine(noControl, 'Holds a control character.')
const flag = z.boolean('Expected true or false.')

const metadata = (isTaken: (key: string) => boolean) =>
  z
    .record(z.string(), z.unknown(), 'Expected an object.')
    .refine((value) => !Object.keys(value).some((key) => /[.$]/.test(key)), 'A key holds no dot and no dollar sign.') // prettier-ignore
    .refine((value) => !Object.keys(value).some(isTaken), 'Auth0 keeps one of these keys for itself.')
const isReserved = (key: string) => (reservedAppMetadata as readonly string[]).includes(key)

const encoding = z.enum(['base64', 'hex', 'utf8'])
const long = z.string().min(1).max(4096)
const salt = z.looseObject({ value: long, encoding: encoding.optional(), position: z.enum(['prefix', 'suffix']).optional() }) // prettier-ignore
const plainHash = z.looseObject({ value: long, encoding: encoding.optional() })
const written = (pattern: RegExp) => z.looseObject({ value: long.regex(pattern) })
const custom = 'Is no password hash that Auth0 takes.'

/** Auth0, Bulk Import Database Schema, `custom_password_hash`. What each algorithm needs besides is for the tenant to say. */
const CustomPasswordHash = z.discriminatedUnion(
  'algorithm',
  [
    z.looseObject({ algorithm: z.literal('argon2'), hash: written(/^\$argon2(id|i|d)\$/) }, custom),
    z.looseObject({ algorithm: z.literal('bcrypt'), hash: written(/^\$2[aby]\$\d{2}\$/) }, custom),
    z.looseObject({ algorithm: z.literal('ldap'), hash: written(/^\{\w+\}/) }, custom),
    z.looseObject({ algorithm: z.literal('pbkdf2'), hash: written(/^\$pbkdf2-\w+\$i=\d+/) }, custom),
    z.looseObject({ algorithm: z.literal('hmac'), hash: plainHash.extend({ digest: z.string(), key: z.looseObject({ value: long }) }) }, custom),
    z.looseObject({ algorithm: z.literal('scrypt'), hash: plainHash, salt: salt, keylen: z.int().positive() }, custom),
    ...(['md4', 'md5', 'sha1', 'sha256', 'sha512'] as const).map((algorithm) =>
      z.looseObject({ algorithm: z.literal(algorithm), hash: plainHash, salt: salt.optional() }, custom),
    ),
  ],
  custom,
) // prettier-ignore

const phone = z.string('Expected text.').regex(/^\+[0-9]{1,15}$/, 'Is no phone number such as +4930123456.')
const MfaFactor = z.union(
  [
    z.strictObject({ totp: z.strictObject({ secret: z.string().regex(/^[A-Z2-7]{16,128}$/) }) }),
    z.strictObject({ phone: z.strictObject({ value: phone }) }),
    z.strictObject({ email: z.strictObject({ value: z.email() }) }),
  ],
  'Is no second factor that Auth0 takes.',
)

/**
 * A user as Auth0's import takes them (Bulk Import Database Schema). A fault is told without the value: it may be a password.
 */
export const ImportedUser = z
  .strictObject({
    email: z.email('Is no e-mail address.').max(320, 'Is longer than 320 characters.').optional(),
    email_verified: flag.optional(),
    user_id: text(255)
      .regex(/^[^\s|]+$/, 'Holds a space or |.')
      .optional(),
    username: text(128).regex(/^\S+$/, 'Holds a space.').optional(),
    name: text(300).optional(),
    given_name: text(150).optional(),
    family_name: text(150).optional(),
    nickname: text(300).optional(),
    picture: z.url({ protocol: /^https?$/, error: 'Is no address of a picture.' }).max(8192).optional(),
    phone_number: phone.optional(),
    phone_verified: flag.optional(),
    blocked: flag.optional(),
    user_metadata: metadata(() => false).optional(),
    app_metadata: metadata(isReserved).optional(),
    password_hash: z.string(custom).regex(/^\$2[ab]\$10\$[./A-Za-z0-9]{53}$/, 'Is no bcrypt hash of 10 rounds; others go into custom_password_hash.').optional(),
    custom_password_hash: CustomPasswordHash.optional(),
    mfa_factors: z.array(MfaFactor, 'Expected a list.').min(1, 'Is empty.').max(10, 'Has more than 10.').optional(),
  })
  .refine(({ password_hash: one, custom_password_hash: other }) => one === undefined || other === undefined, {
    message: 'Cannot stand beside password_hash.',
    path: ['custom_password_hash'],
  }) // prettier-ignore
export type ImportedUser = z.infer<typeof ImportedUser>
