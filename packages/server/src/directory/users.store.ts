import { sql, type RawBuilder } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import { userColumns, type UserRow } from './user-row.ts'

const names = Object.keys(userColumns) as (keyof typeof userColumns)[]
const columns = sql.join(names.map((name) => sql.ref(name)))
/** JSON arrives as text, and is read where it is written to. */
const values = sql.join(
  names.map((name) => (userColumns[name] === 'jsonb' ? sql`s.${sql.ref(name)}::jsonb` : sql`s.${sql.ref(name)}`)),
)
const isSame = sql`(${sql.join(names.map((name) => sql`u.${sql.ref(name)}`))}) IS NOT DISTINCT FROM (${values})`
const replacements = sql.join(
  names.filter((name) => name !== 'user_id').map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`),
)
const sourceTypes = sql.raw(
  [...names.map((name) => `${name} ${userColumns[name] === 'jsonb' ? 'text' : userColumns[name]}`), 'txt text'].join(', '), // prettier-ignore
)

/** Where a fill puts its rows by COPY before they are merged; there for one connection. */
export const stagedColumns: string[] = [...names, 'txt']

export async function makeStagedTable(db: StoreQueries): Promise<void> {
  await sql`CREATE TEMP TABLE IF NOT EXISTS staged_users (${sourceTypes}) ON COMMIT DELETE ROWS`.execute(db)
}

/** Takes a number; to be taken before the tenant is asked. */
export async function nextReading(db: StoreQueries): Promise<number> {
  const { rows } = await sql<{ reading: number }>`SELECT nextval('readings') AS reading`.execute(db)
  return rows[0]?.reading ?? 0
}

/**
 * Who comes and who goes exclude each other: a departure that is not committed yet would not be seen by an older answer about the same user,
 * which would then bring them back. To be held until the end of the transaction.
 */
const lock = 'rollcall directory departures'
export async function lockOutDepartures(trx: StoreQueries): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock_shared(hashtext(${lock}))`.execute(trx)
}

/** Puts users in as the tenant answered them, where nothing newer is known. @returns whom it changed */
export async function putUsers(
  trx: StoreQueries,
  { users, reading }: { users: UserRow[]; reading: number },
): Promise<string[]> {
  await lockOutDepartures(trx)
  const source = sql`jsonb_to_recordset(${JSON.stringify(users)}::jsonb) AS s (${sourceTypes})`
  const written = await merge(trx, { source, reading })
  const emails = users.flatMap(({ email_key }) => (email_key === null ? [] : [email_key]))
  await noteSharedEmails(trx, sql<boolean>`email_key = ANY (${emails}::text[])`)
  return written
}

/**
 * Of users as the log tells of them, those who stand here exactly so: what awaited the log to say it is settled.
 * @returns their places among the told
 */
export async function settleKnown(trx: StoreQueries, told: readonly UserRow[]): Promise<Set<number>> {
  if (told.length === 0) return new Set()
  const source = told.map((row, place) => ({ ...row, place }))
  const { rows } = await sql<{ place: number }>`
    WITH same AS MATERIALIZED (
      SELECT s.place, s.user_id, p.noted FROM jsonb_to_recordset(${JSON.stringify(source)}::jsonb) AS s (${sourceTypes}, place int)
      JOIN users u ON u.user_id = s.user_id AND ${isSame}
      LEFT JOIN pending p ON p.kind = 'user' AND p.id = s.user_id AND p.awaits_log
    ), settled AS (
      DELETE FROM pending p USING same WHERE p.kind = 'user' AND p.id = same.user_id AND p.noted = same.noted
    )
    SELECT place FROM same`.execute(trx)
  const places = new Set(rows.map(({ place }) => place))
  const emails = told.flatMap(({ email_key }, place) => (email_key === null || !places.has(place) ? [] : [email_key]))
  if (emails.length > 0) await noteSharedEmails(trx, sql<boolean>`email_key = ANY (${emails}::text[])`)
  return places
}

/** Of all users; those that nobody shares any longer are forgotten. A fill does this once, in place of each time. */
export async function findSharedEmails(db: StoreQueries): Promise<void> {
  await sql`DELETE FROM shared_emails d WHERE (SELECT count(*) FROM (
    SELECT FROM users u WHERE u.email_key = d.email_key LIMIT 2) found) < 2`.execute(db)
  await noteSharedEmails(db, sql<boolean>`email_key IS NOT NULL`)
}

/**
 * Two who write at the same moment do not see each other's user. What a server has changed is read again afterwards, by the one that follows the
 * log, whose own fill looks at all of them in the end.
 */
async function noteSharedEmails(db: StoreQueries, which: RawBuilder<boolean>): Promise<void> {
  await sql`INSERT INTO shared_emails SELECT email_key FROM users WHERE ${which} GROUP BY email_key HAVING count(*) > 1
    ON CONFLICT DO NOTHING`.execute(db)
}

/**
 * Puts in the rows that were staged. Those that are here already as they are stay unwritten, which saves rewriting a whole directory to find
 * nothing changed; that they were seen is noted.
 * @param isFresh nothing was here when the fill began, so there is nothing to compare with
 */
export async function putStagedUsers(
  trx: StoreQueries,
  { reading, isFresh }: { reading: number; isFresh: boolean },
): Promise<number> {
  await lockOutDepartures(trx)
  if (!isFresh) {
    await sql`
      WITH same AS (
        DELETE FROM staged_users s USING users u WHERE u.user_id = s.user_id AND ${isSame} RETURNING s.user_id
      ) INSERT INTO fill_seen SELECT user_id FROM same ON CONFLICT DO NOTHING`.execute(trx)
  }
  return (await merge(trx, { source: sql`staged_users AS s`, reading })).length
}

async function merge(
  trx: StoreQueries,
  { source, reading }: { source: RawBuilder<unknown>; reading: number },
): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    WITH source AS MATERIALIZED (
      SELECT s.* FROM ${source}
      WHERE NOT EXISTS (SELECT FROM departed_users d WHERE d.user_id = s.user_id AND d.reading >= ${reading})
    ), written AS (
      INSERT INTO users (${columns}, reading) SELECT ${values}, ${reading}::bigint FROM source s
      ON CONFLICT (user_id) DO UPDATE SET ${replacements}, reading = excluded.reading
      WHERE users.reading < excluded.reading
      RETURNING user_id
    ), searched AS (
      INSERT INTO user_search (created_at, user_id, txt)
      SELECT s.created_at, s.user_id, s.txt FROM source s JOIN written USING (user_id)
      ON CONFLICT (user_id) DO UPDATE SET created_at = excluded.created_at, txt = excluded.txt
      WHERE (user_search.created_at, user_search.txt) IS DISTINCT FROM (excluded.created_at, excluded.txt)
    ), returned AS (
      DELETE FROM departed_users d USING written w WHERE d.user_id = w.user_id
    )
    SELECT user_id FROM written`.execute(trx)
  return rows.map((row) => row.user_id)
}

/** Takes users out, unless something newer is known of them. @returns whom it took out */
export async function removeUsers(
  trx: StoreQueries,
  { userIds, reading }: { userIds: string[]; reading: number },
): Promise<string[]> {
  await sql`SELECT pg_advisory_xact_lock(hashtext(${lock}))`.execute(trx)
  const { rows } = await sql<{ user_id: string }>`
    WITH asked AS (
      SELECT a.user_id FROM unnest(${userIds}::text[]) AS a (user_id)
      WHERE NOT EXISTS (SELECT FROM users u WHERE u.user_id = a.user_id AND u.reading >= ${reading})
    ), remembered AS (
      INSERT INTO departed_users (user_id, reading) SELECT user_id, ${reading}::bigint FROM asked
      ON CONFLICT (user_id) DO UPDATE SET reading = excluded.reading, departed_at = now()
      WHERE departed_users.reading < excluded.reading
    ), from_roles AS (
      DELETE FROM user_roles m USING asked a WHERE m.user_id = a.user_id AND m.reading < ${reading}
    ), from_organizations AS (
      DELETE FROM organization_members m USING asked a WHERE m.user_id = a.user_id AND m.reading < ${reading}
    ), from_days AS (
      DELETE FROM user_days d USING asked a WHERE d.user_id = a.user_id
    ), from_search AS (
      DELETE FROM user_search s USING asked a WHERE s.user_id = a.user_id
    )
    DELETE FROM users u USING asked a WHERE u.user_id = a.user_id RETURNING u.user_id`.execute(trx)
  return rows.map((row) => row.user_id)
}
