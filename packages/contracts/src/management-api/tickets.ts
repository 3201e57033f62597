import { z } from 'zod'

/** A link that does one thing once, for whoever has it. */
export const ManagementTicket = z.object({ ticket: z.url() })

/** What stands for a second factor, once. */
export const ManagementRecoveryCode = z.object({ recovery_code: z.string() })
