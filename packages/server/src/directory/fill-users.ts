import { ManagementUser } from '@rollcall/contracts/management-api'
import { copyLine, sql, type Session } from '@rollcall/database'
import type { FillProgress, RollcallSchema } from '../store/schema.ts'
import { sqlStateOf } from '../store/sql-state.ts'
import type { DirectoryDeps } from './deps.ts'
import { tell } from './events.ts'
import { readLines } from './read-lines.ts'
import { saveFill } from './state.store.ts'
import { toUserRow, type UserRow } from './user-row.ts'
import { makeStagedTable, putStagedUsers, stagedColumns } from './users.store.ts'
import { write } from './write.ts'

const Identified = ManagementUser.pick({ user_id: true })

/** Another fill was begun meanwhile, by another server: this one is over. */
export class FillOvertaken extends Error {
  override readonly name = 'FillOvertaken'
}

interface Chunk {
  rows: UserRow[]
  /** Of rows that were not understood, as far as they have one: they are in the tenant all the same. */
  unread: string[]
  /** How many lines of the export are done with this. */
  lines: number
}

/**
 * Streams an export into the directory, a chunk a transaction, each of which says how far it came: what is interrupted goes on from there.
 * @returns how many rows were written
 */
export async function fillUsers(
  { store, tenant, logger, rowsAtOnce }: DirectoryDeps,
  { fill, location, signal }: { fill: FillProgress; location: string; signal: AbortSignal },
): Promise<number> {
  const { reading } = fill
  const doneBefore = fill.lines
  const older = await store.db.selectFrom('users').select('user_id').where('reading', '<', reading).limit(1).execute()
  const isFresh = older.length === 0
  const startedAt = performance.now()
  let unreadLines = 0
  let written = 0

  const session = await store.session()
  try {
    await makeStagedTable(session.db)
    let merging = Promise.resolve()
    const lines = readLines(await tenant.jobs.download(location, signal), signal)
    for await (const chunk of chunksOf(lines, { rowsAtOnce, noteUnread })) {
      // The next chunk is read and made ready while PostgreSQL is at work on this one.
      await merging
      merging = take(chunk)
      merging.catch(() => undefined) // it is awaited in a moment
    }
    await merging
  } finally {
    await session.close()
  }
  if (unreadLines > 0) logger.warn({ unreadLines }, 'some rows of the export were not understood')
  return written

  function noteUnread(userId: string | undefined): void {
    unreadLines += 1
    if (unreadLines <= 20) logger.warn({ userId }, 'a row of the export is not what the tenant answers')
  }

  async function take(chunk: Chunk): Promise<void> {
    // Twice the same export is not always the same: whoever left in between has moved all after them up a line.
    const rows = chunk.lines <= doneBefore ? await withoutKnown(session, { rows: chunk.rows, reading }) : chunk.rows
    const lines = Math.max(chunk.lines, doneBefore)
    const rowsPerSecond = Math.round((Math.max(0, chunk.lines - doneBefore) * 1000) / (performance.now() - startedAt))
    await merge(rows, { unread: chunk.unread, progress: { ...fill, lines, rowsPerSecond } })
  }

  /** One row that PostgreSQL refuses must not keep the others out: halves are tried until it is found. */
  async function merge(rows: UserRow[], about: { unread: string[]; progress: FillProgress }): Promise<void> {
    try {
      written += await write(session.db, async (trx) => {
        let put = 0
        if (rows.length > 0) {
          await session.copyInto('staged_users', stagedColumns, rows.map(stagedLine))
          put = await putStagedUsers(trx, { reading, isFresh })
        }
        if (about.unread.length > 0)
          await sql`INSERT INTO fill_seen SELECT unnest(${about.unread}::text[]) ON CONFLICT DO NOTHING`.execute(trx)
        if (!(await saveFill(trx, { jobId: fill.jobId, fill: about.progress }))) throw new FillOvertaken()
        await tell(trx, { progress: true })
        return put
      })
    } catch (error) {
      if (!isDataFault(error)) throw error
      const [first] = rows
      if (first === undefined) throw error
      if (rows.length === 1) {
        noteUnread(first.user_id)
        return merge([], { ...about, unread: [...about.unread, first.user_id] })
      }
      const middle = Math.ceil(rows.length / 2)
      await merge(rows.slice(0, middle), { ...about, progress: { ...about.progress, lines: fill.lines } })
      await merge(rows.slice(middle), about)
    }
  }
}

/** A value that a column or an index cannot take (SQLSTATE classes 22 and 54). */
const isDataFault = (error: unknown) => /^(22|54)/.test(sqlStateOf(error) ?? '')

const stagedLine = (row: UserRow): string => copyLine(stagedColumns.map((name) => row[name as keyof UserRow]))

async function* chunksOf(
  lines: AsyncIterable<string[]>,
  { rowsAtOnce, noteUnread }: { rowsAtOnce: number; noteUnread: (userId: string | undefined) => void },
): AsyncGenerator<Chunk> {
  let done = 0
  let rows = new Map<string, UserRow>()
  let unread: string[] = []
  for await (const some of lines) {
    for (const line of some) {
      done += 1
      if (line.trim() === '') continue
      const read = readUser(line)
      if ('row' in read) rows.set(read.row.user_id, read.row)
      else {
        noteUnread(read.userId)
        if (read.userId !== undefined) unread.push(read.userId)
      }
    }
    if (rows.size >= rowsAtOnce) {
      yield { rows: [...rows.values()], unread, lines: done }
      rows = new Map()
      unread = []
    }
  }
  yield { rows: [...rows.values()], unread, lines: done }
}

function readUser(line: string): { row: UserRow } | { userId: string | undefined } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { userId: undefined } // told by whoever reads it
  }
  const user = ManagementUser.safeParse(value)
  if (user.success) return { row: toUserRow(user.data) }
  return { userId: Identified.safeParse(value).data?.user_id }
}

async function withoutKnown(
  { db }: Session<RollcallSchema>,
  { rows, reading }: { rows: UserRow[]; reading: number },
): Promise<UserRow[]> {
  const ids = rows.map((row) => row.user_id)
  const { rows: found } = await sql<{ user_id: string }>`
    SELECT user_id FROM users WHERE user_id = ANY (${ids}::text[]) AND reading >= ${reading}
    UNION ALL SELECT user_id FROM fill_seen WHERE user_id = ANY (${ids}::text[])`.execute(db)
  const known = new Set(found.map((row) => row.user_id))
  return rows.filter((row) => !known.has(row.user_id))
}
