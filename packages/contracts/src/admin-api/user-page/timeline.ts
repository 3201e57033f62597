import { z } from 'zod'

/** What an entry of the tenant's log tells, as people would sort it. */
export const timelineKinds = [
  'sign-in',
  'failed-sign-in',
  'sign-out',
  'token',
  'account',
  'password',
  'contact',
  'factor',
  'protection',
  'change',
  'message',
  'other',
] as const
export const TimelineKind = z.enum(timelineKinds)
export type TimelineKind = z.infer<typeof TimelineKind>

export const TimelineQuery = z.strictObject({
  kind: TimelineKind.optional(),
  after: z
    .string()
    .regex(/^\d{1,3}-\d{1,15}$/, 'Expected the `next` of the page before.')
    .optional()
    .meta({ description: 'The `next` of the page before this one.' }),
})
export type TimelineQuery = z.infer<typeof TimelineQuery>

export const TimelineEntry = z
  .object({
    entryId: z.string(),
    at: z.iso.datetime(),
    kind: TimelineKind,
    type: z.string().meta({ description: 'Auth0’s code.', example: 'fp' }),
    hasFailed: z.boolean(),
    description: z.string().nullable().meta({ description: 'In the tenant’s words.' }),
    address: z.string().nullable().meta({ description: 'An IP address.' }),
    place: z.string().nullable().meta({ example: 'Lisbon, Portugal' }),
    userAgent: z.string().nullable(),
    connection: z.string().nullable(),
    application: z.string().nullable().meta({ description: 'Its name, or its client id.' }),
    organization: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' })
export type TimelineEntry = z.infer<typeof TimelineEntry>

/** What the tenant logged about a user, newest first, for as long as it keeps its log. */
export const UserTimeline = z
  .object({
    entries: z.array(TimelineEntry),
    next: z.string().nullable().meta({ description: 'Ask for older entries with it; null: there are none to be had.' }),
    isAtLimit: z.boolean().meta({ description: 'true: there are older ones, and the tenant’s paging ends here.' }),
  })
  .meta({ id: 'UserTimeline' })
export type UserTimeline = z.infer<typeof UserTimeline>
