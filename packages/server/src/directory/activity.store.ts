import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import type { Happening } from './read-entry.ts'

/** Adds to what is counted by day. To be done in the transaction that moves the checkpoint on: so each is counted once. */
export async function countHappenings(trx: StoreQueries, happenings: Happening[]): Promise<void> {
  if (happenings.length === 0) return
  await sql`
    WITH happened AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(happenings)}::jsonb)
        AS h (kind text, day date, connection text, "userId" text)
    ), new_days AS (
      INSERT INTO user_days (kind, day, user_id)
      SELECT DISTINCT kind, day, "userId" FROM happened WHERE "userId" IS NOT NULL AND kind IN ('sign-in', 'failure')
      ON CONFLICT DO NOTHING RETURNING kind, day, user_id
    ), counted AS (
      SELECT day, kind, connection FROM happened
      UNION ALL
      SELECT n.day, 'active', (SELECT min(connection) FROM happened h WHERE h.kind = n.kind AND h.day = n.day AND h."userId" = n.user_id)
      FROM new_days n WHERE n.kind = 'sign-in'
    )
    INSERT INTO activity (day, kind, connection, total)
    SELECT day, kind, connection, count(*) FROM counted GROUP BY day, kind, connection
    ON CONFLICT (day, kind, connection) DO UPDATE SET total = activity.total + excluded.total`.execute(trx)
}
