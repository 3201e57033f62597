import { z } from 'zod'

/** Some who may be no users any more, and what is suggested for them. */
export const CleanUpSegment = z
  .object({
    name: z.enum(['never-signed-in', 'unverified', 'not-seen', 'duplicates', 'blocked', 'disposable']),
    filter: z.string().meta({ description: 'Who they are, in the filter language: for a list, a count, a job or a schedule.' }),
    action: z.enum(['user.block', 'user.schedule-deletion']).meta({ description: 'What is suggested; it can be undone.' }),
  })
  .meta({ id: 'CleanUpSegment' }) // prettier-ignore
export type CleanUpSegment = z.infer<typeof CleanUpSegment>

export const CleanUp = z.object({ segments: z.array(CleanUpSegment) }).meta({ id: 'CleanUp' })
export type CleanUp = z.infer<typeof CleanUp>
