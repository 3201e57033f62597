import { z } from 'zod'
import { ManagementIdentity } from './users.ts'

/** An identity with what its provider says of its owner, field by field: whatever else a provider says stays at the edge. */
export const ManagementIdentityWithProfile = ManagementIdentity.extend({
  profileData: z
    .object({
      name: z.string().nullish().catch(null),
      email: z.string().nullish().catch(null),
      email_verified: z.boolean().nullish().catch(null),
      username: z.string().nullish().catch(null),
      phone_number: z.string().nullish().catch(null),
      picture: z.string().nullish().catch(null),
    })
    .nullish()
    .catch(null),
})
export type ManagementIdentityWithProfile = z.infer<typeof ManagementIdentityWithProfile>

/** With the scope `read:user_idp_tokens` the same request answers what the providers gave; without it, no tokens. */
export const ManagementIdentityTokens = z.object({
  identities: z
    .array(
      ManagementIdentity.extend({
        access_token: z.string().optional().catch(undefined),
        access_token_secret: z.string().optional().catch(undefined),
        refresh_token: z.string().optional().catch(undefined),
      }),
    )
    .default([]),
})

/** What linking and unlinking answer: those of the user, the primary one first. */
export const ManagementLinkedIdentities = z.array(ManagementIdentity)

/** `GET /api/v2/users/{id}?fields=user_id,identities` */
export const ManagementUserIdentities = z.object({ identities: z.array(ManagementIdentityWithProfile).default([]) })
