import { z } from 'zod'
import { ActionStep, FieldChange } from './actions.ts'
import { noControlCharacter, wholeNumber } from './query-values.ts'

/** An entry of the audit log. It never changes. Values under names such as `password` or `token` are left out of it. */
export const AuditEntry = z
  .object({
    seq: z.int().meta({ description: 'Counts up by one, without a gap.' }),
    at: z.iso.datetime(),
    action: z.string(),
    phase: z
      .enum(['started', 'done', 'failed', 'not-begun'])
      .meta({ description: 'Every action has two entries: `started` before the tenant is asked, and how it ended. Notes and tags are not the tenant’s: of them there is `done` alone.' }),
    actorId: z.string(),
    actorKind: z.enum(['person', 'program']),
    subjectId: z.string().meta({ description: 'The user it was done to; of `job.…` the job.' }),
    otherSubjectId: z.string().optional().meta({ description: 'Another user whom it concerns as well: whose account was linked, or unlinked.' }),
    reason: z.string().nullable(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    runId: z.uuid(),
    undoOf: z.uuid().nullable(),
    jobId: z.uuid().optional().meta({ description: 'The job it was a part of; absent: it was done by itself.' }),
    tenant: z.string().meta({ description: 'The origin of the tenant it was done in.' }),
    changes: z.array(FieldChange),
    steps: z.array(ActionStep).optional().meta({ description: 'What was done one after the other; absent: it is one thing.' }),
    accessTokensUntil: z.iso.datetime().optional().meta({ description: 'After `user.contain`: until then an access token that was issued before may be good.' }),
    answer: z
      .object({
        status: z.int().nullable().meta({ description: 'Of the tenant; null: it did not answer.' }),
        errorCode: z.string().nullable(),
        message: z.string(),
      })
      .nullable()
      .meta({ description: 'What the tenant said when it refused.' }),
    settledAtStart: z.boolean().meta({ description: 'The server died meanwhile: another one asked the tenant how it ended.' }),
    hash: z.string().meta({ description: 'SHA-256 over the hash before and this entry, in hexadecimal.' }),
  })
  .meta({ id: 'AuditEntry' }) // prettier-ignore
export type AuditEntry = z.infer<typeof AuditEntry>

const exact = z
  .string()
  .max(320)
  .refine(...noControlCharacter)
  .optional()
/** As they are written down. */
const lowerUuid = z
  .uuid()
  .transform((id) => id.toLowerCase())
  .optional()
const which = {
  actor: exact,
  action: exact,
  subject: exact.meta({ description: 'The id of the user it was done to, or whom it concerns as well.' }),
  phase: z.enum(['started', 'done', 'failed', 'not-begun']).optional(),
  job: lowerUuid.meta({ description: 'The id of a job: its own steps, and what it did to each user.' }),
  run: lowerUuid.meta({ description: 'The id of a run: that it was begun, and how it ended.' }),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Before this moment.' }),
  reason: z
    .string()
    .trim()
    .max(200)
    .refine(...noControlCharacter)
    .optional()
    .meta({ description: 'A part of the reason, in any case.' }),
}

export const AuditQuery = z.strictObject({
  ...which,
  limit: wholeNumber(1, 200, 50),
  after: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'Expected the `next` of the page before.')
    .optional()
    .meta({ description: 'The `next` of the page before this one.' }),
})
export type AuditQuery = z.infer<typeof AuditQuery>

export const AuditPage = z
  .object({
    entries: z.array(AuditEntry).meta({ description: 'The newest first.' }),
    next: z.string().nullable(),
    programs: z.record(z.string(), z.string()).meta({
      description: 'What the programs among those who did it are called, by `actorId`, as far as the tenant tells.',
    }),
    head: z
      .object({ seq: z.int(), hash: z.string() })
      .meta({ description: 'The newest entry of all. Noted elsewhere, it proves later that none was cut off.' }),
  })
  .meta({ id: 'AuditPage' })
export type AuditPage = z.infer<typeof AuditPage>

export const ExportAuditQuery = z.strictObject({ ...which, format: z.enum(['csv', 'ndjson']).default('csv') })
export type ExportAuditQuery = z.infer<typeof ExportAuditQuery>
