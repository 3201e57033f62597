import type { DeletedUser, DeletedUserPage, DeletedUsersQuery } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'
import { namesOf } from '../../actors/names-of.ts'
import type { RecycleBin } from '../../recycle-bin/recycle-bin.ts'
import { escapeLike } from '../users/search/like-pattern.ts'
import { binEntries, hasProblem, type BinDeps } from './bin-entries.ts'

interface Row {
  user_id: string
  state: DeletedUser['state']
  run_id: string
  name: string | null
  email: string | null
  at: Date
  actor_id: string
  reason: string | null
  until: Date
  problem: { code: string; message: string } | null
  key_id: string | null
}

/** Who is to be deleted and who can be restored, the latest first. @throws InvalidInput `cursor-invalid` */
export async function listDeletedUsers(
  deps: BinDeps,
  { state, search, actor, from, to, untilFrom, untilTo, has, limit, after }: DeletedUsersQuery,
): Promise<DeletedUserPage> {
  const { db, bin, tenant } = deps
  const { tables, condition } = binEntries(tenant)
  const place = after === undefined ? undefined : readCursor(after)
  const pattern = search ? `%${escapeLike(search)}%` : undefined
  const conditions = [
    condition,
    state !== undefined && sql`e.state = ${state}`,
    pattern !== undefined && sql`concat_ws(E'\n', e.name, e.email, e.user_id) ILIKE ${pattern}`,
    actor !== undefined && sql`r.actor_id = ${actor}`,
    from !== undefined && sql`e.at >= ${from}::timestamptz`,
    to !== undefined && sql`e.at < ${to}::timestamptz`,
    untilFrom !== undefined && sql`e.until >= ${untilFrom}::timestamptz`,
    untilTo !== undefined && sql`e.until < ${untilTo}::timestamptz`,
    has !== undefined && (await hasProblem(deps)),
    place !== undefined && sql`(e.at, e.run_id) < (${place.at}::timestamptz, ${place.runId}::uuid)`,
  ].filter((one) => one !== false)
  const { rows } = await sql<Row>`
    SELECT e.*, r.actor_id, r.reason FROM ${tables}
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY e.at DESC, e.run_id DESC LIMIT ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const names = await namesOf(deps, shown.map((row) => row.actor_id)) // prettier-ignore
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    users: shown.map((row) => present(row, { bin, names })),
    next: last ? writeCursor({ at: last.at.toISOString(), runId: last.run_id }) : null,
    keptForDays: bin.isKeeping ? bin.keptForDays : null,
  }
}

function present(row: Row, { bin, names }: { bin: RecycleBin; names: ReadonlyMap<string, string> }): DeletedUser {
  return {
    userId: row.user_id,
    state: row.state,
    runId: row.run_id,
    name: row.name,
    email: row.email,
    at: row.at.toISOString(),
    actorId: row.actor_id,
    actorName: names.get(row.actor_id) ?? null,
    reason: row.reason,
    until: row.until.toISOString(),
    problem: row.problem
      ? { code: row.problem.code, message: row.problem.message }
      : row.key_id === null
        ? null
        : bin.problemOfKey(row.key_id),
  }
}

/** Not secret: it says no more than where to begin. */
const Cursor = z.strictObject({ at: z.iso.datetime(), runId: z.uuid() })
type Cursor = z.infer<typeof Cursor>

const writeCursor = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch (error) {
    throw new InvalidInput(
      'cursor-invalid',
      'The list cannot go on from here: ask for its first page again.',
      [{ path: 'query.after', message: 'Expected the `next` of the page before.' }],
      { cause: error },
    )
  }
}
