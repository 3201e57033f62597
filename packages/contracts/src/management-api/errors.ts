import { z } from 'zod'

/** Every refusal of the Management API. `errorCode` is there for some kinds only (absent for roles, present for users). */
export const ManagementErrorBody = z.object({
  statusCode: z.int(),
  error: z.string(),
  message: z.string(),
  errorCode: z.string().optional(),
})
export type ManagementErrorBody = z.infer<typeof ManagementErrorBody>

/** Every refusal of `POST /oauth/token` (RFC 6749 §5.2). */
export const OAuthErrorBody = z.object({
  error: z.string(),
  error_description: z.string().optional(),
})
export type OAuthErrorBody = z.infer<typeof OAuthErrorBody>
