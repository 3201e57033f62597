import { z } from 'zod'
import { FieldChange, Reason } from './actions.ts'
import {
  FilterText,
  KeptName,
  noControlCharacter,
  notTooDeep,
  outcomesQuery,
  StartWithNumber,
  wholeNumber,
} from './query-values.ts'

const longestList = 100_000

/** To whom a job is done. A filter or a view is asked once, when the job is planned; who no longer matches when their turn comes is passed over. */
export const JobSelection = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('filter'),
      filter: FilterText.meta({ description: 'In the filter language; empty: everybody.' }),
      except: z.array(z.string().max(320)).max(1000).default([]).meta({ description: 'Ids of users to leave out.' }),
    }),
    z.strictObject({ kind: z.literal('view'), viewId: z.uuid() }),
    z.strictObject({
      kind: z.literal('list'),
      entries: z
        .array(
          z
            .string()
            .trim()
            .min(1)
            .max(320)
            .refine(...noControlCharacter),
        )
        .min(1)
        .max(longestList)
        .meta({ description: 'Ids and e-mail addresses, mixed as they come. An address that several users have is no match.' }),
    }),
    z.strictObject({
      kind: z.literal('recycle-bin'),
      search: z
        .string()
        .trim()
        .max(200)
        .refine(...noControlCharacter)
        .default('')
        .meta({ description: 'A part of name, address or id; empty: all who can be restored.' }),
    }),
  ])
  .meta({ id: 'JobSelection' }) // prettier-ignore
export type JobSelection = z.infer<typeof JobSelection>

/** Of the rate that the tenant permits, in per cent. */
const Speed = z.int().min(1).max(100)

export const NewJob = z.strictObject({
  action: z.string().max(100),
  params: z
    .record(z.string().max(100), z.unknown().refine(...notTooDeep))
    .default({})
    .meta({ description: 'As the action itself takes them.' }),
  selection: JobSelection,
  reason: Reason.optional(),
  speed: Speed.default(100),
})
export type NewJob = z.infer<typeof NewJob>

export const JobPhase = z.enum([
  'planning',
  'planned',
  'waiting-for-approval',
  'running',
  'paused',
  'done',
  'cancelled',
  'failed',
])
export type JobPhase = z.infer<typeof JobPhase>

const Told = z.object({ code: z.string(), message: z.string() })

/** How many of a job's users are where. */
const JobCounts = z.object({
  users: z.int().meta({ description: 'Who was found; the others here add up to it.' }),
  waiting: z.int(),
  done: z.int(),
  failed: z.int(),
  excluded: z.int().meta({ description: 'To whom it is not done: it is so already, they are gone, they no longer match.' }),
}) // prettier-ignore

/** What the dry run found. It changes nothing. */
export const JobPlan = z
  .object({
    excluded: z.array(Told.extend({ users: z.int() })).meta({ description: 'Why, and how many.' }),
    cannotBeUndone: z.array(z.object({ why: z.string(), users: z.int() })),
    warnings: z.array(Told).meta({ description: 'What is surprising about it, as told of the samples.' }),
    samples: z.array(
      z.object({
        userId: z.string(),
        name: z.string().nullable(),
        email: z.string().nullable(),
        changes: z.array(FieldChange),
        obstacle: Told.nullable(),
      }),
    ),
    seconds: z.int().nullable().meta({ description: 'How long it takes at the rate the tenant permits just now; null: it names no limit.' }),
  })
  .meta({ id: 'JobPlan' }) // prettier-ignore
export type JobPlan = z.infer<typeof JobPlan>

const Approval = z.object({
  isNeeded: z.boolean(),
  until: z.iso.datetime().nullable().meta({ description: 'When the request for it lapses.' }),
  byId: z.string().nullable(),
  byName: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  isGiven: z.boolean().nullable().meta({ description: 'false: it was refused; null: nobody has decided.' }),
  comment: z.string().nullable(),
})

/** One action, done to many users. */
export const Job = z
  .object({
    jobId: z.uuid(),
    action: z.string().meta({ description: 'Of an undoing: the action that puts back what the other job did.' }),
    params: z.record(z.string(), z.unknown()),
    selection: z.object({
      kind: z.enum(['filter', 'view', 'list', 'recycle-bin', 'undo']),
      filter: z.string().nullable(),
      entries: z.int().nullable().meta({ description: 'How many the list had.' }),
      unmatched: z.int().meta({ description: 'How many of them are nobody, or not one person alone.' }),
    }),
    reason: z.string().nullable(),
    phase: JobPhase.meta({
      description: '`planned`: the dry run is over, and it waits to be started. `failed`: it could not be planned.',
    }),
    speed: Speed,
    counts: JobCounts,
    plan: JobPlan.nullable(),
    planned: z.int().meta({ description: 'How many users the dry run has looked at by now.' }),
    problem: Told.extend({ at: z.iso.datetime() }).nullable().meta({ description: 'Why it stands still just now.' }),
    usersPerSecond: z.number().nullable(),
    secondsLeft: z.int().nullable(),
    actorId: z.string(),
    actorName: z.string().nullable(),
    isMine: z.boolean(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    approval: Approval,
    undo: z.object({ isPossible: z.boolean(), why: z.string().nullable() }),
    undoOf: z.uuid().nullable().meta({ description: 'The job that this one undoes.' }),
    undoneBy: z.uuid().nullable(),
    scheduleId: z.uuid().nullable().meta({ description: 'The schedule that had it planned.' }),
  })
  .meta({ id: 'Job' })
export type Job = z.infer<typeof Job>

export const JobsQuery = z.strictObject({
  phase: JobPhase.optional(),
  limit: wholeNumber(1, 100, 50),
  after: z.uuid().optional().meta({ description: 'The `next` of the page before this one.' }),
})
export type JobsQuery = z.infer<typeof JobsQuery>

export const JobPage = z
  .object({ jobs: z.array(Job).meta({ description: 'The newest first.' }), next: z.uuid().nullable() })
  .meta({ id: 'JobPage' })
export type JobPage = z.infer<typeof JobPage>

export const JobUserState = z.enum(['waiting', 'working', 'done', 'failed', 'excluded'])
export type JobUserState = z.infer<typeof JobUserState>

/** How it went for one user. */
export const JobUser = z
  .object({
    place: z.int(),
    userId: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    state: JobUserState,
    problem: Told.nullable(),
    attempts: z.int(),
    runId: z.uuid().nullable(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'JobUser' })
export type JobUser = z.infer<typeof JobUser>

export const JobUsersQuery = outcomesQuery(JobUserState)
export type JobUsersQuery = z.infer<typeof JobUsersQuery>

export const JobUserPage = z.object({ users: z.array(JobUser), next: z.int().nullable() }).meta({ id: 'JobUserPage' })
export type JobUserPage = z.infer<typeof JobUserPage>

export const JobUnmatched = z
  .object({ entries: z.array(z.object({ entry: z.string(), why: z.enum(['nobody', 'several']) })) })
  .meta({ id: 'JobUnmatched' })
export type JobUnmatched = z.infer<typeof JobUnmatched>

export const StartJob = StartWithNumber
export const ApproveJob = StartJob.extend({ comment: Reason.optional() })
export const RefuseJob = z.strictObject({ comment: Reason })
export const JobSpeed = z.strictObject({ speed: Speed })
export const UndoJob = z.strictObject({ reason: Reason.optional() })

/** What has changed since the dry run, among those who wait. */
export const JobDrift = z
  .object({
    plannedAt: z.iso.datetime(),
    departed: z.int(),
    changed: z.int(),
    noLongerMatching: z.int(),
    users: z.array(z.object({ userId: z.string(), name: z.string().nullable(), email: z.string().nullable(), updatedAt: z.iso.datetime() })).meta({ description: 'Of the changed, the latest.' }),
  })
  .meta({ id: 'JobDrift' }) // prettier-ignore
export type JobDrift = z.infer<typeof JobDrift>

const Every = z.enum(['day', 'week', 'month'])

/** A dry run that is made again and again; what it finds is done when somebody starts it, and never by itself. */
export const NewJobSchedule = z.strictObject({
  name: KeptName,
  action: z.string().max(100),
  params: NewJob.shape.params,
  filter: FilterText,
  reason: Reason.optional(),
  every: Every,
})
export type NewJobSchedule = z.infer<typeof NewJobSchedule>

/** What can be otherwise with a schedule. */
export const JobScheduleChange = z.strictObject({ every: Every, isPaused: z.boolean() })
export type JobScheduleChange = z.infer<typeof JobScheduleChange>

/** What the latest dry run of a schedule found. */
const ScheduledJob = z.object({
  jobId: z.uuid(),
  phase: JobPhase,
  counts: JobCounts,
  problem: Told.nullable().meta({ description: 'Why it could not be planned, or stands still.' }),
  at: z.iso.datetime(),
})

export const JobSchedule = z
  .object({
    scheduleId: z.uuid(),
    name: z.string(),
    action: z.string(),
    params: z.record(z.string(), z.unknown()),
    filter: z.string(),
    reason: z.string().nullable(),
    every: Every,
    isPaused: z.boolean(),
    nextAt: z.iso.datetime().nullable().meta({ description: 'When the next dry run is made; null: it is paused.' }),
    problem: Told.extend({ at: z.iso.datetime() })
      .nullable()
      .meta({ description: 'Why a dry run was left out when its time came; null: the latest was made.' }),
    actorId: z.string(),
    actorName: z.string().nullable(),
    isMine: z.boolean(),
    latest: ScheduledJob.nullable().meta({ description: 'null: there was none yet.' }),
  })
  .meta({ id: 'JobSchedule' })
export type JobSchedule = z.infer<typeof JobSchedule>

export const JobScheduleList = z.object({ schedules: z.array(JobSchedule) }).meta({ id: 'JobScheduleList' })
export type JobScheduleList = z.infer<typeof JobScheduleList>
