import { Router, raw } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { databaseUserOf } from '../users/database-user.ts'
import { prefixedId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import { deepestNesting, isTooDeep } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { identity } from '../tickets/tickets.routes.ts'
import { downloadUrl } from './export-users.ts'
import { findJob, presentJob } from './jobs.store.ts'
import type { JobRunner } from './run-jobs.ts'

const largestFile = 512_000
const mostAtOnce = 2
const waitMs = 300

const connectionId = z.string().regex(/^con_[A-Za-z0-9]{16}$/).describe('connection_id of the connection.') // prettier-ignore
const ExportBody = z.strictObject({
  connection_id: connectionId.optional(),
  format: z.enum(['json', 'csv']).default('csv').describe('Format of the file. Must be `json` or `csv`.'),
  limit: z.int().min(1).max(100_000_000).optional().describe('Limit the number of records.'),
  fields: z
    .array(z.strictObject({ name: z.string().min(1).max(100), export_as: z.string().min(1).max(100).optional() }))
    .max(30)
    .optional()
    .describe('List of fields to be included in the CSV. Defaults to a predefined set of fields.'),
})
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const ImportFields = z.strictObject({
  connection_id: connectionId,
  upsert: flag.default(false),
  external_id: z.string().max(255).default(''),
  send_completion_email: flag.default(true),
  users: z.string(),
})
const VerificationBody = z.strictObject({
  user_id: z.string().min(1).max(320).describe('user_id of the user to send the verification email to.'),
  client_id: z.string().regex(/^[\w-]{1,128}$/, "Object didn't pass validation for format client-id").optional().describe('client_id of the client (application). If no value provided, the global Client ID will be used.'),
  identity: identity.optional(),
  organization_id: z.string().max(64).optional(),
}) // prettier-ignore

/** Work that takes longer than a request: imports, exports, verification mails. */
export function jobsRoutes(context: TenantContext, jobs: JobRunner): Router {
  const { db, now } = context
  const router = Router()

  router.post('/jobs/users-exports', async (req, res) => {
    requireScope(req, 'read:users')
    const { connection_id: id, ...settings } = validate(ExportBody, req.body, 'body')
    const connection =
      id === undefined
        ? undefined
        : await db.selectFrom('connections').select('name').where('id', '=', id).executeTakeFirst()
    if (id !== undefined && !connection) throw badRequest('The connection does not exist.', 'inexistent_connection')
    const job = await addJob({
      type: 'users_export',
      settings: {
        ...(connection && { connection_id: id }),
        ...settings,
        ...(connection && { connection: connection.name }),
      },
    })
    res.json(presentJob(job))
  })

  router.post(
    '/jobs/users-imports',
    raw({ type: 'multipart/form-data', limit: largestFile + 16_384 }),
    async (req, res) => {
      requireScope(req, 'create:users')
      const { connection_id: id, upsert, external_id: externalId, users } = await readImport(req)
      if (Buffer.byteLength(users) > largestFile) throw tooLarge()
      const connection = await db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
      if (!connection) throw badRequest('The connection does not exist.', 'inexistent_connection')
      if (connection.strategy !== 'auth0') throw badRequest('Connection must be a database connection.')
      if (connection.enabled_clients.length === 0) throw badRequest('Connection must be enabled.')
      const rows = readRows(users)
      const { active } = await db
        .selectFrom('jobs')
        .select(({ fn }) => fn.countAll<number>().as('active'))
        .where('type', '=', 'users_import')
        .where('status', 'in', ['pending', 'processing'])
        .executeTakeFirstOrThrow()
      if (active >= mostAtOnce) {
        throw new ManagementError(
          429,
          `There are ${active} active import users jobs, please wait until some of them are finished and try again`,
          'too_many_requests',
        )
      }
      const job = await addJob({
        type: 'users_import',
        settings: {
          connection_id: id,
          connection: connection.name,
          ...(externalId !== '' && { external_id: externalId }),
        },
        input: { rows, connection: connection.name, upsert },
      })
      res.status(202).json(presentJob(job))
    },
  )

  router.post('/jobs/verification-email', async (req, res) => {
    requireScope(req, 'update:users')
    const { user_id: userId, client_id: clientId, ...body } = validate(VerificationBody, req.body, 'body')
    const user = await databaseUserOf(db, { userId, identity: body.identity })
    const job = await addJob({
      type: 'verification_email',
      settings: {},
      input: { user_id: user.user_id, client_id: clientId ?? null, origin: originOf(context, req) },
    })
    res.status(201).json(presentJob(job))
  })

  router.get('/jobs/:id', async (req, res) => {
    requireScope(req, 'create:users', 'read:users')
    await soon()
    const job = await findJob(db, req.params.id)
    const format = job.settings.format
    const isFetchable = job.type === 'users_export' && job.status === 'completed' && typeof format === 'string'
    res.json({
      ...presentJob(job),
      ...(isFetchable && {
        location: downloadUrl(context, { origin: originOf(context, req), jobId: job.id, format }),
        percentage_done: 100,
        time_left_seconds: 0,
      }),
    })
  })

  router.get('/jobs/:id/errors', async (req, res) => {
    requireScope(req, 'create:users', 'read:users')
    await soon()
    const job = await findJob(db, req.params.id)
    const rows = await db
      .selectFrom('job_errors')
      .select(['row', 'errors'])
      .where('job_id', '=', job.id)
      .orderBy('position')
      .execute()
    if (rows.length === 0) return void res.status(204).end()
    const body = rows.map(({ row, errors }) => ({ user: row, errors }))
    // Auth0 names no charset here.
    res.setHeader('Content-Type', 'application/json').send(Buffer.from(JSON.stringify(body)))
  })

  async function addJob(job: {
    type: 'users_import' | 'users_export' | 'verification_email'
    settings: object
    input?: object
  }) {
    const row = await db
      .insertInto('jobs')
      .values({
        id: prefixedId('job'),
        type: job.type,
        status: 'pending',
        settings: JSON.stringify(job.settings),
        input: job.input ? JSON.stringify(job.input) : null,
        created_at: now(),
        finished_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    jobs.wake()
    return row
  }

  /** Small jobs are done in an instant: who asks right away waits for that instant rather than ask again. */
  async function soon(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs)
    })
    await Promise.race([jobs.idle(), limit])
    clearTimeout(timer)
  }
  return router
}

const tooLarge = () => new ManagementError(413, `Payload content length greater than maximum allowed: ${largestFile}.`)

async function readImport(req: Request): Promise<z.infer<typeof ImportFields>> {
  const malformed = () => badRequest("Payload validation error: 'Invalid multipart payload format'.")
  if (!Buffer.isBuffer(req.body)) throw malformed()
  const { headers } = req
  let form: FormData
  try {
    form = await new Response(new Uint8Array(req.body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData()
  } catch (error) {
    throw Object.assign(malformed(), { cause: error })
  }
  const fields: Record<string, string> = {}
  for (const [name, value] of form) fields[name] = typeof value === 'string' ? value : await value.text()
  if (fields.users === undefined) throw badRequest("Must provide 'users' file as multipart part.")
  if (fields.users.trim() === '') throw badRequest('Users file must not be empty.')
  if (fields.connection_id === undefined) throw badRequest("Must provide 'connection_id' as multipart part.")
  return validate(ImportFields, fields, 'body')
}

function readRows(text: string): unknown[] {
  try {
    const rows: unknown = JSON.parse(text)
    if (!Array.isArray(rows)) throw badRequest('The users file must hold a JSON array.')
    if (rows.length === 0) throw badRequest('Users file must not be empty.')
    if (isTooDeep(rows)) throw badRequest(`The users file is nested deeper than ${deepestNesting} levels.`)
    return rows
  } catch (error) {
    if (error instanceof ManagementError) throw error
    throw Object.assign(badRequest('The users file is not valid JSON.'), { cause: error })
  }
}
