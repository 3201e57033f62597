import { z } from 'zod'

/** How far someone has come in a sign-in. Only what was proven is written here. */
export const Progress = z.object({
  userId: z.string().optional(),
  /** When and how they proved to be this user (RFC 8176: pwd, otp, mfa). */
  authenticatedAt: z.iso.datetime().optional(),
  amr: z.array(z.string()).optional(),
  /** The connection they came by. */
  connection: z.string().optional(),
  /** A session that was there already, and goes on. */
  sessionId: z.string().optional(),
  /** The organization they chose, if the application left them the choice. */
  organizationId: z.string().optional(),
  /** They agreed to what the application asks for. */
  hasConsented: z.boolean().optional(),
  /** A TOTP enrolment under way. */
  enrolment: z.string().optional(),
  /** The address a code was sent to. */
  codeSentTo: z.string().optional(),
})
export type Progress = z.infer<typeof Progress>
