import { z } from 'zod'

/** What a list shows of a user. Moments are ISO 8601 UTC. */
export const UserSummary = z
  .object({
    userId: z.string().meta({ example: 'auth0|655f1c2e9d3b7a0012ab34cd' }),
    name: z.string().nullable(),
    email: z.string().nullable(),
    isEmailVerified: z.boolean(),
    picture: z.string().nullable(),
    connection: z.string().nullable().meta({ description: 'The connection of the primary identity.' }),
    isBlocked: z.boolean(),
    createdAt: z.iso.datetime(),
    lastLoginAt: z.iso.datetime().nullable().meta({ description: 'null: has never signed in.' }),
    loginCount: z.int().min(0),
  })
  .meta({ id: 'UserSummary' })
export type UserSummary = z.infer<typeof UserSummary>

export const Identity = z
  .object({
    provider: z.string().meta({ example: 'google-oauth2' }),
    userId: z.string().meta({ description: 'The id at the provider, without its prefix.' }),
    connection: z.string(),
    isSocial: z.boolean(),
  })
  .meta({ id: 'Identity' })
export type Identity = z.infer<typeof Identity>

/** Everything the dashboard may see of one user. Never a password, never an identity provider's token. */
export const User = UserSummary.extend({
  username: z.string().nullable(),
  nickname: z.string().nullable(),
  givenName: z.string().nullable(),
  familyName: z.string().nullable(),
  phoneNumber: z.string().nullable(),
  updatedAt: z.iso.datetime(),
  lastIp: z.string().nullable(),
  lastPasswordResetAt: z.iso.datetime().nullable(),
  identities: z.array(Identity),
  userMetadata: z.record(z.string(), z.unknown()),
  appMetadata: z.record(z.string(), z.unknown()),
}).meta({ id: 'User' })
export type User = z.infer<typeof User>

/** What a list can be sorted by; a leading minus sorts downwards. */
export const userSortFields = ['name', 'email', 'createdAt', 'lastLoginAt', 'loginCount'] as const
export const UserSort = z
  .enum(userSortFields.flatMap((field) => [field, `-${field}`] as const))
  .meta({ description: 'The field to sort by; a leading minus sorts downwards.' })
export type UserSort = z.infer<typeof UserSort>

/** As a query string has it: digits. What the document says of it is spelt out, since it sees the text only. */
const wholeNumber = (minimum: number, maximum: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, 'Expected a whole number.')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .default(fallback)
    .meta({ type: 'integer', minimum, maximum, default: fallback })

/** No store takes a NUL, and no name holds a line break: refused here, with the reason. */
const noControlCharacter = [(text: string) => !/\p{Cc}/u.test(text), 'Holds a control character.'] as const

export const ListUsersQuery = z.strictObject({
  page: wholeNumber(0, 1_000_000, 0).meta({ description: 'Counted from 0.' }),
  perPage: wholeNumber(1, 100, 50),
  sort: UserSort.default('-createdAt'),
  search: z
    .string()
    .trim()
    .max(200)
    .refine(...noControlCharacter)
    .optional()
    .meta({
      description:
        'Finds users whose name, e-mail, nickname, username or telephone number contains this, or whose user id is exactly this.',
    }),
})
export type ListUsersQuery = z.infer<typeof ListUsersQuery>

export const UserPage = z
  .object({
    users: z.array(UserSummary),
    page: z.int(),
    perPage: z.int(),
    total: z.int().meta({ description: 'How many users match in all, this page included.' }),
    reachable: z.int().meta({ description: 'How many of them paging can reach: Auth0 shows at most 1,000.' }),
  })
  .meta({ id: 'UserPage' })
export type UserPage = z.infer<typeof UserPage>

/** As it stands in a path: `provider|id`, percent-encoded. */
export const UserId = z
  .string()
  .max(320)
  .regex(/^[^|\s/]+\|\S+$/, 'A user id looks like auth0|655f1c2e9d3b7a0012ab34cd (in a path, write | as %7C).')
  .refine(...noControlCharacter)
