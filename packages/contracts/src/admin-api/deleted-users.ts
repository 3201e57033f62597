import { z } from 'zod'
import { noControlCharacter, wholeNumber } from './query-values.ts'

/** Somebody who is to be deleted, or who is deleted and can be restored. */
export const DeletedUser = z
  .object({
    userId: z.string(),
    state: z.enum(['scheduled', 'deleted']).meta({
      description: '`scheduled`: blocked and hidden until they are deleted. `deleted`: gone, and kept to be restored.',
    }),
    runId: z.uuid().meta({ description: 'The run that scheduled or deleted them.' }),
    name: z.string().nullable(),
    email: z.string().nullable(),
    at: z.iso.datetime().meta({ description: 'When that was done.' }),
    actorId: z.string().meta({ description: '`rollcall`: it was scheduled before.' }),
    actorName: z.string().nullable(),
    reason: z.string().nullable(),
    until: z.iso.datetime().meta({
      description: 'When they are deleted, or when what was kept is destroyed.',
    }),
    problem: z.object({ code: z.string(), message: z.string() }).nullable().meta({
      description:
        'Why it could not be done on the day, or why they cannot be restored: `recycle-bin-key`, where the key is missing that it is sealed with.',
    }),
  })
  .meta({ id: 'DeletedUser' })
export type DeletedUser = z.infer<typeof DeletedUser>

const moment = z.iso.datetime({ offset: true }).optional()

export const DeletedUsersQuery = z.strictObject({
  state: z.enum(['scheduled', 'deleted']).optional(),
  search: z
    .string()
    .trim()
    .max(200)
    .refine(...noControlCharacter)
    .optional()
    .meta({ description: 'A part of the name, the e-mail address or the id, in any case.' }),
  actor: z
    .string()
    .max(320)
    .refine(...noControlCharacter)
    .optional()
    .meta({ description: 'Who did it; `rollcall`: it was scheduled before.' }),
  from: moment.meta({ description: 'Scheduled or deleted since then.' }),
  to: moment.meta({ description: 'Scheduled or deleted before then.' }),
  untilFrom: moment.meta({ description: 'To be deleted, or their copy to be destroyed, since then.' }),
  untilTo: moment.meta({ description: 'To be deleted, or their copy to be destroyed, before then.' }),
  has: z
    .enum(['problem'])
    .optional()
    .meta({ description: 'Those alone who could not be deleted on their day, or whose copy cannot be opened.' }),
  limit: wholeNumber(1, 200, 50),
  after: z
    .string()
    .max(200)
    .regex(/^[\w-]+$/, 'Expected the `next` of the page before.')
    .optional()
    .meta({ description: 'The `next` of the page before this one.' }),
})
export type DeletedUsersQuery = z.infer<typeof DeletedUsersQuery>

export const DeletedUserPage = z
  .object({
    users: z.array(DeletedUser).meta({ description: 'The latest first.' }),
    next: z.string().nullable(),
    keptForDays: z
      .int()
      .nullable()
      .meta({ description: 'For how long deleted users are kept; null: Rollcall has no key, so they are not.' }),
  })
  .meta({ id: 'DeletedUserPage' })
export type DeletedUserPage = z.infer<typeof DeletedUserPage>

const UsersPerDay = z.object({ day: z.iso.date().meta({ description: 'In UTC.' }), users: z.int() })

/** What comes due of what is in the recycle bin. */
const ComingDue = z.object({
  users: z.int().meta({ description: 'All of them, whenever it is.' }),
  problems: z.int().meta({ description: 'With whom something is in the way.' }),
  within7Days: z.int().meta({ description: 'What is overdue is counted, too.' }),
  within30Days: z.int(),
  days: z.array(UsersPerDay).meta({ description: 'Today and the 30 days after it; what is overdue is told of today.' }),
})

/** How much is kept of whom, and what becomes of it when. */
export const RecycleBinReport = z
  .object({
    at: z.iso.datetime(),
    keptForDays: DeletedUserPage.shape.keptForDays,
    deleteAfterDays: z.int().meta({ description: 'Between the scheduling of a deletion and the deletion.' }),
    kept: ComingDue.meta({ description: 'Who is deleted and can be restored until their copy is destroyed.' }),
    scheduled: ComingDue.meta({ description: 'Who is to be deleted.' }),
    months: z
      .array(z.object({ month: z.string().meta({ description: '`2026-11`, in UTC.' }), users: z.int() }))
      .meta({ description: 'When those were deleted who are kept, the latest first.' }),
    actors: z
      .array(z.object({ actorId: z.string(), actorName: z.string().nullable(), users: z.int() }))
      .meta({ description: 'By whom those were deleted who are kept: the 10 who deleted most.' }),
    otherActors: z.int().meta({ description: 'Of those who are kept: deleted by anybody else.' }),
  })
  .meta({ id: 'RecycleBinReport' })
export type RecycleBinReport = z.infer<typeof RecycleBinReport>
