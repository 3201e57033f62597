import { foldText } from '@rollcall/contracts/admin-api'
import { sql, type RawBuilder } from '@rollcall/database'
import { Conflict } from '@rollcall/http-kit'
import type { Action } from '../actions/define-action.ts'
import { readFilter } from '../features/users/read-filter.ts'
import { compileFilter, tablesRead } from '../features/users/search/compile-filter.ts'
import { escapeLike } from '../features/users/search/like-pattern.ts'
import { isEverybody } from '../features/users/search/find-users.ts'
import { whoIsShown } from '../features/users/who-is-shown.ts'
import type { CustomFields } from '../custom-fields/custom-fields.ts'
import type { RecycleBin } from '../recycle-bin/recycle-bin.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { storableJson } from '../store/storable.ts'
import type { JobRow } from './jobs.store.ts'

export interface ChooseUsers {
  job: JobRow
  action: Action
  bin: Pick<RecycleBin, 'hasScheduled'>
  fields: CustomFields
  /** Whether there is a directory that has been filled. */
  hasDirectory: boolean
  now: Date
}

/** Writes down to whom a job is done, as things are now, in place of whom it was before. @throws Conflict `directory-needed` */
export async function chooseUsers(trx: StoreQueries, wanted: ChooseUsers): Promise<void> {
  const { job } = wanted
  const { selection } = job
  await trx.deleteFrom('job_users').where('job_id', '=', job.job_id).execute()
  let unmatched: JobRow['unmatched'] = []
  switch (selection.kind) {
    case 'filter':
      await chooseByFilter(trx, wanted, selection)
      break
    case 'list':
      unmatched = await chooseByList(trx, wanted, selection.entries)
      break
    case 'recycle-bin':
      await chooseFromBin(trx, job, selection.search)
      break
    case 'undo':
      await choosePast(trx, job)
  }
  const count = sql<number>`(SELECT count(*) FROM job_users WHERE job_id = ${job.job_id})`
  await trx
    .updateTable('jobs')
    .set({ users: count, excluded: 0, looked_at: 0, unmatched: storableJson(unmatched) })
    .where('job_id', '=', job.job_id)
    .execute()
}

const needsDirectory = () =>
  new Conflict('directory-needed', 'Whom this is about is looked up in Rollcall’s directory, and it has not been filled.') // prettier-ignore

/** The tables and the condition of a filter, on `users u`. */
export async function matchingUsers(
  { filter, bin, fields, now }: { filter: string } & Pick<ChooseUsers, 'bin' | 'fields' | 'now'>,
): Promise<{ tables: RawBuilder<unknown>; condition: RawBuilder<boolean> }> {
  const shown = await whoIsShown(readFilter(filter, fields.everybody), bin)
  return {
    tables: tablesRead(shown).search ? sql`users u JOIN user_search s USING (user_id)` : sql`users u`,
    condition: isEverybody(shown) ? sql<boolean>`true` : compileFilter(shown, { now }),
  }
} // prettier-ignore

async function chooseByFilter(
  trx: StoreQueries,
  { job, bin, fields, hasDirectory, now }: ChooseUsers,
  { filter, except }: { filter: string; except: string[] },
): Promise<void> {
  if (!hasDirectory) throw needsDirectory()
  const { tables, condition } = await matchingUsers({ filter, bin, fields, now })
  await sql`INSERT INTO job_users (job_id, place, user_id)
    SELECT ${job.job_id}::uuid, row_number() OVER (ORDER BY u.created_at DESC, u.user_id), u.user_id
    FROM ${tables} WHERE ${condition} AND u.user_id <> ALL (${except}::text[])`.execute(trx)
}

/** Whom the recycle bin has, the latest deletion of each. */
const kept = (tenant: string) => sql`(SELECT DISTINCT ON (d.user_id) d.user_id, d.email, d.name, d.deleted_at
  FROM deleted_users d JOIN action_runs r USING (run_id) WHERE d.tenant = ${tenant} AND d.linked_to IS NULL AND r.phase = 'done' ORDER BY d.user_id, d.deleted_at DESC)` // prettier-ignore

/** @returns what is nobody, or not one person alone */
async function chooseByList(
  trx: StoreQueries,
  { job, action, hasDirectory }: ChooseUsers,
  entries: readonly string[],
): Promise<JobRow['unmatched']> {
  const isById = entries.map((entry) => entry.includes('|'))
  if (!hasDirectory && !action.isForAbsent && isById.includes(false)) throw needsDirectory()
  // Where no copy is kept an id is taken at its word: whether there is such a user is seen when their turn comes.
  const asWritten = sql`SELECT entry AS user_id, NULL AS email_key FROM asked WHERE is_id`
  const people = action.isForAbsent
    ? sql`SELECT user_id, lower(email) AS email_key FROM ${kept(job.tenant)} kept`
    : hasDirectory
      ? sql`SELECT user_id, email_key FROM users`
      : asWritten
  const keys = entries.map((entry, at) => (isById[at] ? entry : foldText(entry)))
  const { rows } = await sql<{ entry: string; matches: number }>`
    WITH asked AS MATERIALIZED (
      SELECT * FROM unnest(${entries}::text[], ${keys}::text[], ${isById}::boolean[]) WITH ORDINALITY AS a (entry, key, is_id, place)
    ), people AS (${people}), found AS MATERIALIZED (
      SELECT a.place, p.user_id FROM asked a JOIN people p ON p.user_id = a.key COLLATE "C" WHERE a.is_id
      UNION ALL SELECT a.place, p.user_id FROM asked a JOIN people p ON p.email_key = a.key COLLATE "C" WHERE NOT a.is_id
    ), counted AS (SELECT place, count(*) AS matches FROM found GROUP BY place), chosen AS (
      INSERT INTO job_users (job_id, place, user_id)
      SELECT ${job.job_id}::uuid, row_number() OVER (ORDER BY min(f.place)), f.user_id
      FROM found f JOIN counted c USING (place) WHERE c.matches = 1 GROUP BY f.user_id
    )
    SELECT a.entry, coalesce(c.matches, 0) AS matches FROM asked a LEFT JOIN counted c USING (place)
    WHERE c.matches IS DISTINCT FROM 1 ORDER BY a.place`.execute(trx)
  return rows.map(({ entry, matches }) => ({ entry, why: matches === 0 ? 'nobody' : 'several' }))
}

async function chooseFromBin(trx: StoreQueries, job: JobRow, search: string): Promise<void> {
  const pattern = `%${escapeLike(search)}%`
  await sql`INSERT INTO job_users (job_id, place, user_id)
    SELECT ${job.job_id}::uuid, row_number() OVER (ORDER BY deleted_at DESC, user_id), user_id FROM ${kept(job.tenant)} kept
    WHERE concat_ws(E'\n', name, email, user_id) ILIKE ${pattern}`.execute(trx)
}

/** Those to whom the job was done that this one undoes, in the opposite order. */
async function choosePast(trx: StoreQueries, job: JobRow): Promise<void> {
  await sql`INSERT INTO job_users (job_id, place, user_id, undo_of)
    SELECT ${job.job_id}::uuid, row_number() OVER (ORDER BY place DESC), user_id, run_id FROM job_users
    WHERE job_id = ${job.undo_of}::uuid AND state = 'done' AND run_id IS NOT NULL`.execute(trx)
}
