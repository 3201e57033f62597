import { z } from 'zod'

/** What an entry tells, as people would sort it. `staff`: of the audit log; all others are of the tenant's. */
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
  'staff',
] as const
export const TimelineKind = z.enum(timelineKinds)
export type TimelineKind = z.infer<typeof TimelineKind>

export const TimelineQuery = z.strictObject({
  kind: TimelineKind.optional().meta({
    description: '`staff` needs the permission `read:audit`, without which nothing of it is shown.',
  }),
  after: z
    .string()
    .regex(/^\d{1,3}-\d{1,15}-\d{1,15}$/, 'Expected the `next` of the page before.')
    .optional()
    .meta({ description: 'The `next` of the page before this one.' }),
})
export type TimelineQuery = z.infer<typeof TimelineQuery>

export const TimelineEntry = z
  .object({
    entryId: z.string(),
    at: z.iso.datetime(),
    kind: TimelineKind,
    type: z.string().meta({ description: 'Auth0’s code, or the name of an action of ours.', example: 'fp' }),
    hasFailed: z.boolean(),
    description: z
      .string()
      .nullable()
      .meta({ description: 'In the tenant’s words; of an action: the reason that was given.' }),
    actorId: z.string().nullable().meta({ description: 'Of an action: who did it.' }),
    address: z.string().nullable().meta({ description: 'An IP address.' }),
    place: z.string().nullable().meta({ example: 'Lisbon, Portugal' }),
    userAgent: z.string().nullable(),
    connection: z.string().nullable(),
    application: z
      .string()
      .nullable()
      .meta({ description: 'Its name, or its client id. Of an action: the name of the program that did it.' }),
    organization: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' })
export type TimelineEntry = z.infer<typeof TimelineEntry>

/** What the tenant logged about a user, for as long as it keeps its log, and what staff did to them; newest first. */
export const UserTimeline = z
  .object({
    entries: z.array(TimelineEntry),
    next: z.string().nullable().meta({ description: 'Ask for older entries with it; null: there are none to be had.' }),
    isAtLimit: z.boolean().meta({ description: 'true: there are older ones, and the tenant’s paging ends here.' }),
  })
  .meta({ id: 'UserTimeline' })
export type UserTimeline = z.infer<typeof UserTimeline>
