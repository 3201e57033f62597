import { createHmac } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { Transform } from 'node:stream'
import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { Router } from 'express'
import { isSame } from '../hashing.ts'
import { ManagementError } from '../management/management-error.ts'
import type { JsonObject, JsonValue } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { userJson } from '../users/user-json.ts'
import { findJob } from './jobs.store.ts'

const linkLifetimeMs = 60_000
/** What a CSV holds when nothing else was asked for. */
const defaultFields = [
  'user_id', 'email', 'email_verified', 'name', 'given_name', 'family_name', 'nickname', 'username', 'picture', 'phone_number', 'blocked',
  'created_at', 'updated_at', 'last_login', 'last_ip', 'logins_count', 'identities[0].connection', 'identities[0].provider',
] // prettier-ignore

interface Field {
  name: string
  export_as?: string
}

/** Where a finished export is fetched from: an address that is good for a minute; asking for the job again gives another. */
export function downloadUrl(
  { secret, now }: Pick<TenantContext, 'secret' | 'now'>,
  { origin, jobId, format }: { origin: string; jobId: string; format: string },
): string {
  const expires = now().getTime() + linkLifetimeMs
  return `${origin}/exports/${jobId}.${format}.gz?expires=${expires}&signature=${signatureOf(secret, jobId, expires)}`
}

const signatureOf = (secret: Buffer, jobId: string, expires: number) =>
  createHmac('sha256', secret).update(`export ${jobId} ${expires}`).digest('base64url')

/**
 * Exports, read from the database while they are fetched: nothing is kept on a disk, and memory stays flat however many users there are. What
 * is fetched is one moment's truth: that of the download.
 */
export function exportRoutes(context: TenantContext): Router {
  const router = Router()
  router.get('/exports/:file', async (req, res) => {
    const [, jobId = '', format = ''] = /^(job_\w+)\.(json|csv)\.gz$/.exec(req.params.file) ?? []
    const { expires, signature } = req.query
    const until = Number(expires)
    const isSigned = typeof signature === 'string' && isSame(signature, signatureOf(context.secret, jobId, until))
    if (!isSigned || !(until > context.now().getTime())) throw new ManagementError(403, 'The link has expired.')
    const { settings } = await findJob(context.db, jobId)
    const fields = (settings.fields as unknown as Field[] | undefined) ?? (format === 'csv' ? defaultFields.map((name) => ({ name })) : undefined) // prettier-ignore
    const users = await context.copyJson(usersOf(settings, context.origins()[0] ?? ''))
    res.setHeader('Content-Type', 'application/gzip').setHeader('Cache-Control', 'no-store')
    res.setHeader('Content-Disposition', `attachment; filename="${jobId}.${format}.gz"`)
    const written = fields ? users.pipe(select(fields, format)) : users
    const fail = (error: Error) => {
      context.logger.error({ err: error, jobId }, 'an export broke off')
      res.destroy(error) // what arrived is not whole, and the reader can tell
    }
    users.once('error', fail)
    res.once('close', () => users.destroy())
    stream(written, fail).pipe(res)
  })
  return router
}

/** Everybody as they lie in the table: to sort them would cost more than to read them. Of some only, the oldest. */
function usersOf({ connection, limit }: JsonObject, origin: string): RawBuilder<unknown> {
  const one = sql`SELECT ${userJson(origin)} FROM user_json j`
  if (connection === undefined && limit === undefined) return one
  const isMeant = typeof connection === 'string' ? sql`u.connection = ${connection}` : sql`true`
  const slice = typeof limit === 'number' ? sql`ORDER BY u.created_at, u.user_id LIMIT ${limit}` : sql``
  return sql`${one} JOIN users u USING (user_id) WHERE ${isMeant} ${slice}`
}

function stream(source: Readable, fail: (error: Error) => void): Readable {
  const gzip = createGzip({ level: 1, memLevel: 9, chunkSize: 2 ** 16 })
  source.once('error', fail)
  gzip.once('error', fail)
  return source.pipe(gzip)
}

/** Turns whole users, a line each, into the fields that were asked for. */
function select(fields: Field[], format: string): Transform {
  const paths = fields.map(({ name, export_as: shown }) => ({ path: pathOf(name), name: shown ?? name }))
  const line = (user: JsonObject) =>
    format === 'csv'
      ? paths.map(({ path }) => csvCell(at(user, path))).join(',')
      : JSON.stringify(Object.fromEntries(paths.map(({ path, name }) => [name, at(user, path)])))
  const decoder = new StringDecoder('utf8') // a chunk may end within a letter
  let rest = ''
  return new Transform({
    construct(done) {
      if (format === 'csv') this.push(`${paths.map(({ name }) => csvCell(name, false)).join(',')}\n`)
      done()
    },
    transform(chunk: Buffer, _encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n')
      rest = lines.pop() ?? ''
      done(null, lines.map((text) => `${line(JSON.parse(text) as JsonObject)}\n`).join(''))
    },
    flush(done) {
      done(null, rest === '' ? '' : `${line(JSON.parse(rest) as JsonObject)}\n`)
    },
  })
}

/** `identities[0].connection` → identities, 0, connection */
const pathOf = (name: string): string[] => name.replace(/\[(\d+)\]/g, '.$1').split('.')

function at(value: JsonValue | undefined, path: string[]): JsonValue | undefined {
  let found: unknown = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found as JsonValue | undefined
}

/** Auth0 sets an apostrophe before text, so that no spreadsheet takes it for a formula. */
function csvCell(value: JsonValue | undefined, isText = true): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${isText ? "'" : ''}${text.replaceAll('"', '""')}"`
}
