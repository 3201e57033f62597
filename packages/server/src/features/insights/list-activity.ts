import { sql } from '@rollcall/database'
import type { Activity } from '@rollcall/contracts/admin-api'
import type { StoreQueries } from '../../store/open-store.ts'

interface DayRow {
  day: string
  signUps: number
  signIns: number
  failures: number
  activeUsers: number
}

/**
 * What happened on each of the last days (UTC), the oldest first. Sign-ups are counted from the users there are, the rest from the log as far as
 * it was followed.
 */
export async function listActivity(db: StoreQueries, { days }: { days: number }, now: Date): Promise<Activity> {
  const last = now.toISOString().slice(0, 10)
  const [counted, known] = await Promise.all([
    sql<DayRow>`
      WITH days AS (SELECT generate_series(${last}::date - ${days - 1}::int, ${last}::date, interval '1 day')::date AS day),
      created AS (
        SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS total FROM users
        WHERE created_at >= (SELECT min(day) FROM days)::timestamp AT TIME ZONE 'UTC' GROUP BY 1
      ),
      seen AS (
        SELECT day, sum(total) FILTER (WHERE kind = 'sign-in') AS sign_ins, sum(total) FILTER (WHERE kind = 'failure') AS failures,
          sum(total) FILTER (WHERE kind = 'active') AS active
        FROM activity WHERE day >= (SELECT min(day) FROM days) GROUP BY 1
      )
      SELECT to_char(day, 'YYYY-MM-DD') AS day, coalesce(created.total, 0)::int AS "signUps", coalesce(sign_ins, 0)::int AS "signIns",
        coalesce(failures, 0)::int AS failures, coalesce(active, 0)::int AS "activeUsers"
      FROM days LEFT JOIN created USING (day) LEFT JOIN seen USING (day) ORDER BY day`.execute(db),
    sql<{ since: string | null }>`SELECT to_char(min(day), 'YYYY-MM-DD') AS since FROM activity`.execute(db),
  ])
  return { days: counted.rows, since: known.rows[0]?.since ?? null }
}
