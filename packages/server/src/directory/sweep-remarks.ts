import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'

/** Who was unlinked, or left by mistake, is back before that. */
const keptDays = 30

/**
 * Deletes the notes and tags of users who have been gone for so long. While the directory is not filled, everybody seems to be: nobody's days
 * are counted then. Whom the recycle bin can still give back keeps them as long.
 */
export async function sweepRemarks(db: StoreQueries): Promise<void> {
  const { rows } = await sql`SELECT FROM directory_state WHERE filled_at IS NOT NULL`.execute(db)
  if (rows.length === 0) return
  await sql`DELETE FROM missing_users m USING users u WHERE u.user_id = m.user_id`.execute(db)
  await sql`INSERT INTO missing_users (user_id)
    SELECT r.user_id FROM (SELECT user_id FROM user_tags UNION SELECT user_id FROM user_notes) r
    WHERE NOT EXISTS (SELECT FROM users u WHERE u.user_id = r.user_id) ON CONFLICT DO NOTHING`.execute(db)
  await sql`WITH gone AS (
      DELETE FROM missing_users m WHERE since < now() - make_interval(days => ${keptDays})
        AND NOT EXISTS (SELECT FROM deleted_users d WHERE d.user_id = m.user_id) RETURNING user_id
    ), from_tags AS (
      DELETE FROM user_tags t USING gone g WHERE t.user_id = g.user_id
    )
    DELETE FROM user_notes n USING gone g WHERE n.user_id = g.user_id`.execute(db)
}

/** At once, as far as it is known that they are gone: somebody who signed in anew has the same id, and keeps them. */
export async function forgetRemarks(trx: StoreQueries, userId: string): Promise<void> {
  const isGone = sql<boolean>`EXISTS (SELECT FROM directory_state WHERE filled_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM users u WHERE u.user_id = ${userId})`
  await trx.deleteFrom('user_tags').where('user_id', '=', userId).where(isGone).execute()
  await trx.deleteFrom('user_notes').where('user_id', '=', userId).where(isGone).execute()
}
