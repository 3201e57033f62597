import { z } from 'zod'
import { UserSummary } from '../users.ts'

/** An account at a connection that somebody can sign in with; the first is the primary one. */
export const UserIdentities = z
  .object({
    identities: z.array(
      z.object({
        provider: z.string().meta({ example: 'google-oauth2' }),
        userId: z.string().meta({ description: 'The id at the provider, without its prefix.' }),
        connection: z.string(),
        isSocial: z.boolean(),
        isPrimary: z.boolean(),
        profile: z
          .object({
            name: z.string().nullable(),
            email: z.string().nullable(),
            isEmailVerified: z.boolean().nullable(),
            username: z.string().nullable(),
            phoneNumber: z.string().nullable(),
            picture: z.string().nullable(),
          })
          .nullable()
          .meta({ description: 'What the provider says of them; of a linked identity only.' }),
      }),
    ),
  })
  .meta({ id: 'UserIdentities' })
export type UserIdentities = z.infer<typeof UserIdentities>

/** Other accounts with the same e-mail address. */
export const RelatedUsers = z
  .object({
    users: z.array(UserSummary.omit({ columns: true })).meta({ description: 'At most ten.' }),
    count: z.int().min(0),
    filter: z
      .string()
      .nullable()
      .meta({ description: 'Finds them all, the user included; null: they have no address.' }),
  })
  .meta({ id: 'RelatedUsers' })
export type RelatedUsers = z.infer<typeof RelatedUsers>
