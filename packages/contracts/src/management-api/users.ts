import { z } from 'zod'

/** ISO 8601, as Auth0 writes it: `2025-03-14T09:26:53.589Z`. */
const Moment = z.iso.datetime({ offset: true })

/** `user_id` is the id at the provider, without the prefix that the user's own `user_id` has. */
export const ManagementIdentity = z.object({
  provider: z.string(),
  user_id: z.coerce.string(), // a number for some social providers
  connection: z.string(),
  isSocial: z.boolean().optional(),
})
export type ManagementIdentity = z.infer<typeof ManagementIdentity>

/**
 * A user as the Management API answers it, as far as Rollcall reads one. What is not named here is dropped at the edge, an
 * identity provider's tokens among it. Absent means never set: Auth0 writes no nulls, imports from elsewhere do.
 */
export const ManagementUser = z.object({
  user_id: z.string(),
  email: z.string().nullish(),
  email_verified: z.boolean().nullish(),
  username: z.string().nullish(),
  phone_number: z.string().nullish(),
  phone_verified: z.boolean().nullish(),
  name: z.string().nullish(),
  nickname: z.string().nullish(),
  given_name: z.string().nullish(),
  family_name: z.string().nullish(),
  picture: z.string().nullish(),
  blocked: z.boolean().nullish(),
  created_at: Moment,
  updated_at: Moment,
  last_login: Moment.nullish(),
  last_ip: z.string().nullish(),
  logins_count: z.int().min(0).nullish(),
  last_password_reset: Moment.nullish(),
  /** The kinds of second factor enrolled: `guardian`, `google-authenticator`. */
  multifactor: z.array(z.string()).nullish(),
  identities: z.array(ManagementIdentity).default([]),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
  app_metadata: z.record(z.string(), z.unknown()).nullish(),
})
export type ManagementUser = z.infer<typeof ManagementUser>

/** The fields a list asks for: enough for a row, and no metadata. */
export const ManagementUserSummary = ManagementUser.pick({
  user_id: true,
  email: true,
  email_verified: true,
  name: true,
  picture: true,
  blocked: true,
  created_at: true,
  last_login: true,
  logins_count: true,
  identities: true,
})
export type ManagementUserSummary = z.infer<typeof ManagementUserSummary>

/** `GET /api/v2/users-by-email` */
export const ManagementUsersByEmail = z.array(ManagementUserSummary)

/** `GET /api/v2/users?include_totals=true`; `start` is an offset, not a page. */
export const ManagementUserPage = z.object({
  start: z.int().min(0),
  limit: z.int().min(0),
  length: z.int().min(0),
  users: z.array(ManagementUserSummary),
  total: z.int().min(0),
})
export type ManagementUserPage = z.infer<typeof ManagementUserPage>
