import { z } from 'zod'
import { noControlCharacter, outcomesQuery, StartWithNumber, wholeNumber } from './query-values.ts'

/** What a user can be given by an import, in Auth0's words (Bulk Import Database Schema). Keys of metadata come besides. */
export const importFields = [
  'email',
  'email_verified',
  'user_id',
  'username',
  'name',
  'given_name',
  'family_name',
  'nickname',
  'picture',
  'phone_number',
  'phone_verified',
  'blocked',
  'user_metadata',
  'app_metadata',
  'password_hash',
  'custom_password_hash',
  'mfa_factors',
] as const
export type ImportField = (typeof importFields)[number]

const MetadataTarget = z
  .string()
  .max(120)
  .regex(/^(user|app)_metadata\.[^.$\p{Cc}]{1,100}$/u)
  .refine((path) => !path.endsWith('.__proto__'), 'This key cannot be used.')
const ImportTarget = z.union([z.enum(importFields), MetadataTarget])

/** What becomes of a column of a CSV file, or of a member of the objects of a JSON file. */
export const ImportColumn = z.strictObject({
  column: z.string().max(300).meta({ description: 'As the file has it.' }),
  to: ImportTarget.nullable().meta({
    description: 'A field of the user, or `user_metadata.key` or `app_metadata.key`; null: it is not imported.',
  }),
  as: z.enum(['text', 'number', 'boolean', 'json']).default('text').meta({
    description: 'Of a key of metadata in a CSV file: what its text is to be read as.',
  }),
})
export type ImportColumn = z.infer<typeof ImportColumn>

const mostColumns = 300

export const ImportMode = z.enum(['skip', 'upsert'])
export type ImportMode = z.infer<typeof ImportMode>
const modeMeta = {
  description:
    '`skip`: who is there already stays as they are. `upsert`: they are given what the file has, metadata replaced whole; needs `update:users`.',
}

export const ImportFormat = z.enum(['csv', 'json', 'ndjson'])
export type ImportFormat = z.infer<typeof ImportFormat>

/** Of the upload; the file is the body. */
export const NewImportQuery = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine(...noControlCharacter)
    .default('upload')
    .meta({ description: 'Of the file, to tell it from others.' }),
  format: ImportFormat.optional().meta({ description: 'Absent: told from how the file begins.' }),
  connection: z.string().max(200).optional().meta({
    description: 'Name or id of the database connection. Absent: the tenant’s only one, or `Username-Password-Authentication`.',
  }),
  mode: ImportMode.default('skip').meta(modeMeta),
}) // prettier-ignore
export type NewImportQuery = z.infer<typeof NewImportQuery>

/** What can be changed until it is started. */
export const ImportPlan = z.strictObject({
  connection: z.string().max(200).optional(),
  mode: ImportMode.optional().meta(modeMeta),
  columns: z.array(ImportColumn).max(mostColumns).optional().meta({ description: 'In the order of the file, all of them.' }),
}) // prettier-ignore
export type ImportPlan = z.infer<typeof ImportPlan>

export const ImportPhase = z.enum(['checking', 'checked', 'running', 'paused', 'done', 'cancelled', 'failed'])
export type ImportPhase = z.infer<typeof ImportPhase>

const Told = z.object({ code: z.string(), message: z.string() })

/** Somebody as the file has them. */
export const ImportSample = z.object({
  line: z.int(),
  isThere: z.boolean().meta({ description: 'Whether the directory has somebody whom this is.' }),
  user: z.record(z.string(), z.unknown()).meta({ description: 'Password hashes and second factors are hidden.' }),
})

/** What the check found. Nothing has been sent then. */
export const ImportFindings = z
  .object({
    problems: z.array(Told.extend({ rows: z.int(), line: z.int().meta({ description: 'The first of them.' }) })),
    warnings: z.array(Told),
    samples: z.array(ImportSample),
    withPassword: z.int().meta({ description: 'How many have a password hash.' }),
  })
  .meta({ id: 'ImportFindings' })
export type ImportFindings = z.infer<typeof ImportFindings>

/** Users from a file, on their way into the tenant. */
export const UserImport = z
  .object({
    importId: z.uuid(),
    name: z.string(),
    format: ImportFormat,
    bytes: z.int(),
    connection: z.string(),
    mode: ImportMode,
    columns: z.array(ImportColumn.extend({ samples: z.array(z.string()) })),
    phase: ImportPhase.meta({
      description: '`checked`: it waits to be started. `failed`: it could not be checked.',
    }),
    counts: z.object({
      rows: z.int().meta({ description: 'In the file; the others up to `unknown` add up to it, once it is checked.' }),
      invalid: z.int().meta({ description: 'Cannot be imported; they are not sent.' }),
      skipped: z.int().meta({ description: 'Are there already; they are not sent.' }),
      waiting: z.int(),
      done: z.int(),
      failed: z.int().meta({ description: 'Sent, and refused by the tenant.' }),
      unknown: z.int().meta({ description: 'Sent, and the tenant does not tell what became of them.' }),
      toCreate: z.int().meta({ description: 'Of those to be sent, who is not in the directory.' }),
      toUpdate: z.int(),
      created: z.int(),
      updated: z.int(),
    }),
    looked: z.int().meta({ description: 'How many rows have been checked by now.' }),
    findings: ImportFindings.nullable(),
    problem: Told.extend({ at: z.iso.datetime() }).nullable().meta({ description: 'Why it stands still just now.' }),
    usersPerSecond: z.number().nullable(),
    secondsLeft: z.int().nullable(),
    actorId: z.string(),
    actorName: z.string().nullable(),
    isMine: z.boolean(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'UserImport' }) // prettier-ignore
export type UserImport = z.infer<typeof UserImport>

export const ImportsQuery = z.strictObject({
  limit: wholeNumber(1, 100, 50),
  after: z.uuid().optional().meta({ description: 'The `next` of the page before this one.' }),
})
export type ImportsQuery = z.infer<typeof ImportsQuery>

export const ImportPage = z
  .object({ imports: z.array(UserImport).meta({ description: 'The newest first.' }), next: z.uuid().nullable() })
  .meta({ id: 'ImportPage' })
export type ImportPage = z.infer<typeof ImportPage>

export const ImportRowState = z.enum(['invalid', 'skipped', 'waiting', 'done', 'failed', 'unknown'])
export type ImportRowState = z.infer<typeof ImportRowState>

/** A row of the file, and what became of it. */
export const ImportRow = z
  .object({
    place: z.int(),
    line: z.int().meta({ description: 'Of the file, where it begins.' }),
    state: ImportRowState,
    email: z.string().nullable(),
    username: z.string().nullable(),
    userId: z.string().nullable().meta({ description: 'Where the file or the directory names it.' }),
    problem: Told.nullable(),
  })
  .meta({ id: 'ImportRow' })
export type ImportRow = z.infer<typeof ImportRow>

export const ImportRowsQuery = outcomesQuery(ImportRowState)
export type ImportRowsQuery = z.infer<typeof ImportRowsQuery>

export const ImportRowPage = z.object({ rows: z.array(ImportRow), next: z.int().nullable() }).meta({ id: 'ImportRowPage' }) // prettier-ignore
export type ImportRowPage = z.infer<typeof ImportRowPage>

export const ImportReportQuery = z.strictObject({
  rows: z.enum(['problems', 'all']).default('problems'),
})

export const StartImport = StartWithNumber

/** Where users can be imported into. */
export const ImportConnections = z
  .object({ connections: z.array(z.object({ id: z.string(), name: z.string() })) })
  .meta({ id: 'ImportConnections' })
export type ImportConnections = z.infer<typeof ImportConnections>
