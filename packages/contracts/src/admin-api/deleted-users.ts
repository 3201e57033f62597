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

export const DeletedUsersQuery = z.strictObject({
  state: z.enum(['scheduled', 'deleted']).optional(),
  search: z
    .string()
    .trim()
    .max(200)
    .refine(...noControlCharacter)
    .optional()
    .meta({ description: 'A part of the name, the e-mail address or the id, in any case.' }),
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
