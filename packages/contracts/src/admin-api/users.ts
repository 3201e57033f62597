import { z } from 'zod'
import { Freshness } from './directory.ts'
import { anyWholeNumber, FilterText, noControlCharacter, wholeNumber } from './query-values.ts'

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
    columns: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What was asked for in `columns`, by column; null where a user has nothing there.' }),
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
export const User = UserSummary.omit({ columns: true })
  .extend({
    username: z.string().nullable(),
    nickname: z.string().nullable(),
    givenName: z.string().nullable(),
    familyName: z.string().nullable(),
    phoneNumber: z.string().nullable(),
    updatedAt: z.iso.datetime(),
    lastIp: z.string().nullable(),
    lastPasswordResetAt: z.iso.datetime().nullable(),
    hasMfa: z.boolean().meta({ description: 'Whether a second factor is enrolled.' }),
    identities: z.array(Identity),
    userMetadata: z.record(z.string(), z.unknown()),
    appMetadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

/**
 * The columns a list can show and an export can hold, by the names the filter language has for them; besides these, any path into metadata
 * (`app_metadata.plan`).
 */
export const userColumns = [
  'user_id',
  'name',
  'email',
  'email_verified',
  'nickname',
  'username',
  'given_name',
  'family_name',
  'phone_number',
  'phone_verified',
  'connection',
  'identities',
  'roles',
  'organizations',
  'tags',
  'blocked',
  'mfa',
  'created_at',
  'updated_at',
  'last_login',
  'last_ip',
  'logins_count',
  'last_password_reset',
] as const
export type UserColumnName = (typeof userColumns)[number]

const metadataPath = /^(app|user)_metadata(\.[^.,:\s"\p{Cc}]{1,100}){1,8}$/u

/** The name of a column: one of `userColumns`, or a path into metadata. */
export const UserColumn = z
  .string()
  .max(300)
  .refine(
    (name) => (userColumns as readonly string[]).includes(name) || metadataPath.test(name),
    `Expected one of ${userColumns.join(', ')}, or a path such as app_metadata.plan.`,
  )

/** What a list can be sorted by: every column that holds one value. */
export const userSortFields = userColumns.filter(
  (name): name is Exclude<UserColumnName, 'identities' | 'roles' | 'organizations' | 'tags'> =>
    name !== 'identities' && name !== 'roles' && name !== 'organizations' && name !== 'tags',
)

export const UserSort = z
  .string()
  .max(301)
  .refine(
    (sort) =>
      (userSortFields as string[]).includes(sort.replace(/^-/, '')) || metadataPath.test(sort.replace(/^-/, '')),
    'Expected a column that holds one value, with a minus before it to sort downwards: -created_at.',
  )
  .meta({ description: 'The column to sort by; a leading minus sorts downwards. Who has nothing there comes last.' })
export type UserSort = z.infer<typeof UserSort>

/** As a query string has them: names with commas between. */
const UserColumnList = (most: number) =>
  z
    .string()
    .max(4000)
    .transform((text) => [...new Set(text.split(',').filter(Boolean))])
    .pipe(z.array(UserColumn).max(most))

/** Which users, in which order: what a list, a count, an export and a saved view have in common. */
const which = {
  filter: FilterText.optional().meta({
    description:
      'Who: words, `field:value`, AND, OR, NOT (docs/filters.md). `ada connection:github NOT blocked:true created_at:>now-30d`',
  }),
}

export const ListUsersQuery = z.strictObject({
  ...which,
  sort: UserSort.default('-created_at'),
  limit: wholeNumber(1, 500, 50),
  after: z
    .string()
    .max(2000)
    .regex(/^[\w-]+$/, 'Expected the `next` of the page before.')
    .optional()
    .meta({ description: 'The `next` of the page before this one.' }),
  count: z.enum(['first-page', 'none']).default('first-page').meta({
    description:
      '`none`: only where it costs nothing. To count thousands of matches can take longer than to find the first of them.',
  }),
  columns: UserColumnList(40).optional().meta({
    type: 'string',
    description: 'Further columns, with commas between: `roles,organizations,app_metadata.plan`.',
  }),
})
export type ListUsersQuery = z.infer<typeof ListUsersQuery>

export const UserCount = z
  .object({
    users: z.int().min(0),
    isExact: z.boolean().meta({ description: 'false: there are more; ask `/api/users/count` for the exact number.' }),
  })
  .meta({ id: 'UserCount' })
export type UserCount = z.infer<typeof UserCount>

export const UserPage = z
  .object({
    users: z.array(UserSummary),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Ask for the page after this one with it; null: this is the last.' }),
    count: UserCount.nullable().meta({
      description: 'How many match in all; null on further pages, and where `count` says so.',
    }),
    reachable: z
      .int()
      .nullable()
      .meta({ description: 'How many of them paging can reach; null: all. Auth0, asked live, shows at most 1,000.' }),
    freshness: Freshness,
  })
  .meta({ id: 'UserPage' })
export type UserPage = z.infer<typeof UserPage>

export const CountUsersQuery = z.strictObject({
  ...which,
  most: anyWholeNumber(1, 1_000_000)
    .optional()
    .meta({ type: 'integer', description: 'To be counted so far and no further.' }),
})
export type CountUsersQuery = z.infer<typeof CountUsersQuery>

/** One answer for some users of a list, to bring rows up to date that have changed. */
export const RefreshUsersQuery = z.strictObject({
  userIds: z
    .string()
    .max(40_000)
    .refine(...noControlCharacter)
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(z.string().max(320)).min(1).max(200))
    .meta({ type: 'string', description: 'Percent-encoded ids with commas between.' }),
  columns: UserColumnList(40).optional().meta({ type: 'string' }),
})

export const ExportUsersQuery = z.strictObject({
  ...which,
  sort: UserSort.optional().meta({
    description:
      'The column to sort by; a leading minus sorts downwards. Who has nothing there comes last. Left out: in no order, which is quickest.',
  }),
  format: z.enum(['csv', 'ndjson', 'json']).default('csv'),
  columns: UserColumnList(60).optional().meta({
    type: 'string',
    description: 'What each row holds, in this order; left out: what can be imported again.',
  }),
})
export type ExportUsersQuery = z.infer<typeof ExportUsersQuery>

/** As it stands in a path: `provider|id`, percent-encoded. */
export const UserId = z
  .string()
  .max(320)
  .regex(/^[^|\s/]+\|\S+$/, 'A user id looks like auth0|655f1c2e9d3b7a0012ab34cd (in a path, write | as %7C).')
  .refine(...noControlCharacter)
