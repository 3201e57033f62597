import { z } from 'zod'

const Moment = z.iso.datetime({ offset: true })

/** Auth0 writes an empty text, null or nothing at all for what it does not know of a device. */
const Device = z
  .object({
    initial_ip: z.string().nullish(),
    initial_user_agent: z.string().nullish(),
    last_ip: z.string().nullish(),
    last_user_agent: z.string().nullish(),
  })
  .nullish()

export const ManagementSession = z.object({
  id: z.string(),
  user_id: z.string().nullish(),
  created_at: Moment,
  authenticated_at: Moment.nullish(),
  last_interacted_at: Moment.nullish(),
  idle_expires_at: Moment.nullish(),
  expires_at: Moment.nullish(),
  device: Device,
  clients: z.array(z.object({ client_id: z.string() })).nullish(),
})
export type ManagementSession = z.infer<typeof ManagementSession>

/** `GET /api/v2/users/{id}/sessions?take=100`; without `next` it is the last. */
export const ManagementSessionPage = z.object({ sessions: z.array(ManagementSession), next: z.string().nullish() })

export const ManagementRefreshToken = z.object({
  id: z.string(),
  user_id: z.string().nullish(),
  created_at: Moment,
  idle_expires_at: Moment.nullish(),
  expires_at: Moment.nullish(),
  last_exchanged_at: Moment.nullish(),
  device: Device,
  client_id: z.string(),
  session_id: z.string().nullish(),
  rotating: z.boolean().nullish(),
  resource_servers: z.array(z.object({ audience: z.string(), scopes: z.string().nullish() })).nullish(),
})
export type ManagementRefreshToken = z.infer<typeof ManagementRefreshToken>

/** `GET /api/v2/users/{id}/refresh-tokens?take=100`; without `next` it is the last. */
export const ManagementRefreshTokenPage = z.object({
  tokens: z.array(ManagementRefreshToken),
  next: z.string().nullish(),
})

export const ManagementAuthenticationMethod = z.object({
  id: z.string(),
  type: z.string(),
  confirmed: z.boolean().nullish(),
  name: z.string().nullish(),
  phone_number: z.string().nullish(),
  email: z.string().nullish(),
  created_at: Moment,
  enrolled_at: Moment.nullish(),
  last_auth_at: Moment.nullish(),
})
export type ManagementAuthenticationMethod = z.infer<typeof ManagementAuthenticationMethod>

/** `GET /api/v2/users/{id}/authentication-methods?include_totals=true`; of an empty list no total is said. */
export const ManagementAuthenticationMethodPage = z.object({ authenticators: z.array(ManagementAuthenticationMethod) })

export const ManagementEnrollment = z.object({
  id: z.string(),
  status: z.string().nullish(),
  /** `authenticator`, `guardian`, `sms`, … */
  auth_method: z.string().nullish(),
  name: z.string().nullish(),
  phone_number: z.string().nullish(),
  enrolled_at: Moment.nullish(),
  last_auth: Moment.nullish(),
})
export type ManagementEnrollment = z.infer<typeof ManagementEnrollment>

/** `GET /api/v2/users/{id}/enrollments` */
export const ManagementEnrollments = z.array(ManagementEnrollment)

export const ManagementUserBlock = z.object({
  identifier: z.string().nullish(),
  ip: z.string().nullish(),
  connection: z.string().nullish(),
})
export type ManagementUserBlock = z.infer<typeof ManagementUserBlock>

/** `GET /api/v2/user-blocks/{id}` */
export const ManagementUserBlocks = z.object({ blocked_for: z.array(ManagementUserBlock) })

/** `GET /api/v2/clients?fields=client_id,name&include_totals=true` */
export const ManagementClientNamePage = z.object({
  clients: z.array(z.object({ client_id: z.string(), name: z.string().nullish() })),
})
