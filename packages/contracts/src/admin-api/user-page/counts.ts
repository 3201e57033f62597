import { z } from 'zod'

/** Why one part of an answer is not there, when the rest of it is. */
export const PartProblem = z
  .object({
    code: z
      .string()
      .meta({ description: 'As the part asked alone would be refused with.', example: 'tenant-scope-missing' }),
    detail: z.string(),
    missingScopes: z
      .array(z.string())
      .optional()
      .meta({ description: 'Any one of them, granted to CLIENT_ID on the Management API, would do.' }),
  })
  .meta({ id: 'PartProblem' })
export type PartProblem = z.infer<typeof PartProblem>

/** How many there are, or why that is not known. */
export const PartCount = z
  .object({
    count: z.int().min(0).nullable(),
    isExact: z.boolean().meta({ description: 'false: there are more.' }),
    problem: PartProblem.nullable(),
  })
  .meta({ id: 'PartCount' })
export type PartCount = z.infer<typeof PartCount>

/** How much there is to a user, part by part: for whoever decides which part to look at. */
export const UserCounts = z
  .object({
    identities: PartCount,
    roles: PartCount.meta({ description: 'Those assigned directly.' }),
    permissions: PartCount.meta({ description: 'Those assigned directly or by a role that is.' }),
    organizations: PartCount,
    sessions: PartCount,
    refreshTokens: PartCount,
    factors: PartCount,
    blocks: PartCount,
    related: PartCount,
  })
  .meta({ id: 'UserCounts' })
export type UserCounts = z.infer<typeof UserCounts>
