import { z } from 'zod'

/** `GET /api/v2/users/{id}/sessions`, as far as it is counted; without `next` it is the last page. */
export const ManagementSessionPage = z.object({
  sessions: z.array(z.object({ id: z.string() })).default([]),
  next: z.string().nullish(),
})
export type ManagementSessionPage = z.infer<typeof ManagementSessionPage>

/** `GET /api/v2/users/{id}/refresh-tokens`, likewise. */
export const ManagementRefreshTokenPage = z.object({
  tokens: z.array(z.object({ id: z.string() })).default([]),
  next: z.string().nullish(),
})
export type ManagementRefreshTokenPage = z.infer<typeof ManagementRefreshTokenPage>
