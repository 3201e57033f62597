import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import type { ImportEntry } from './imports.store.ts'

type Wanted = Pick<ImportEntry, 'import_id' | 'connection' | 'mode'>

/** Of several rows that are the same person the first is taken, and the others are told of it. */
export async function findDuplicatesInFile(trx: StoreQueries, importId: string): Promise<void> {
  const keys = [
    { key: sql`lower(email)`, code: 'duplicate-email', what: 'e-mail address' },
    { key: sql`username`, code: 'duplicate-username', what: 'username' },
    { key: sql`user_id`, code: 'duplicate-user-id', what: 'user id' },
  ]
  for (const { key, code, what } of keys) {
    await sql`UPDATE import_users u SET state = 'invalid', content = NULL, code = ${code}, message = 'Has the same ' || ${what} || ' as line ' || d.first_line || '.'
      FROM (
        SELECT place, row_number() OVER same AS nth, first_value(line) OVER same AS first_line
        FROM import_users WHERE import_id = ${importId} AND state = 'waiting' AND ${key} IS NOT NULL
        WINDOW same AS (PARTITION BY ${key} ORDER BY place)
      ) d WHERE u.import_id = ${importId} AND u.place = d.place AND d.nth > 1`.execute(trx)
  }
}

/** Why a row is skipped: nobody is changed by it. */
export const alreadyThere = { code: 'already-there', message: 'Is there already.' }

/**
 * Whom the directory has already: by address, by username, by id. Where these are several people, or somebody with another address, it is not
 * the person of the row who would be changed, and the row is not sent.
 */
export async function findThoseThere(trx: StoreQueries, { import_id: importId, connection, mode }: Wanted): Promise<void> {
  await sql`
    WITH found AS (
      SELECT i.place, e.user_id AS by_email, d.user_id AS by_id, n.user_id AS by_name,
        d.user_id IS NOT NULL AND (d.connection IS DISTINCT FROM ${connection} OR (d.user_id <> e.user_id) IS TRUE OR (lower(i.email) <> lower(d.email)) IS TRUE) AS is_id_taken,
        n.user_id IS NOT NULL AND ((n.user_id <> coalesce(e.user_id, d.user_id)) IS TRUE OR (lower(i.email) <> lower(n.email)) IS TRUE) AS is_name_taken
      FROM import_users i
      LEFT JOIN users e ON e.connection = ${connection} AND e.email_key = i.email_key AND lower(e.email) = lower(i.email)
      LEFT JOIN users d ON d.user_id = 'auth0|' || i.user_id
      LEFT JOIN users n ON n.connection = ${connection} AND lower(n.username) = i.username
      WHERE i.import_id = ${importId} AND i.state = 'waiting' AND coalesce(e.user_id, d.user_id, n.user_id) IS NOT NULL
    )
    UPDATE import_users u SET
      there_id = coalesce(by_email, by_id, by_name),
      state = CASE WHEN is_id_taken OR is_name_taken THEN 'invalid' WHEN ${mode} = 'skip' THEN 'skipped' ELSE 'waiting' END,
      content = CASE WHEN is_id_taken OR is_name_taken OR ${mode} = 'skip' THEN NULL ELSE content END,
      code = CASE WHEN is_id_taken THEN 'user-id-taken' WHEN is_name_taken THEN 'username-taken' WHEN ${mode} = 'skip' THEN ${alreadyThere.code} END,
      message = CASE WHEN is_id_taken THEN 'The user id belongs to somebody else, with another e-mail address or of another connection.'
        WHEN is_name_taken THEN 'The username belongs to somebody else.' WHEN ${mode} = 'skip' THEN ${alreadyThere.message} END
    FROM found WHERE u.import_id = ${importId} AND u.place = found.place`.execute(trx)
} // prettier-ignore
