import { sql } from '@rollcall/database'
import type { Transaction } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

const mostPeople = 4000
const mostEntries = 20_000

/**
 * The sign-ins and sign-ups of the last thirty days, as they follow from the users there are, for charts to have something to show. Their ids are of
 * their time, a second back at least, and so behind whoever already reads on: the entries tell of no change.
 */
export async function addHistory(trx: Transaction<TenantSchema>, now: Date): Promise<void> {
  const since = new Date(now.getTime() - 30 * 86_400_000)
  const until = new Date(now.getTime() - 1000)
  await sql`
    WITH people AS (
      SELECT user_id, email, connection, created_at, last_login, last_ip, logins_count, abs(hashtext(user_id)::bigint) AS dice
      FROM users WHERE last_login > ${since}
        -- of many people a share that is spread over all days
        AND abs(hashtext(user_id)::bigint) % greatest(1, (SELECT sum(users) FROM user_count)::bigint / ${mostPeople}) = 0
    ), logins AS (
      SELECT people.*, last_login - (place * (1 + dice % 40) * interval '1 hour') AS at
      FROM people, generate_series(0, least(logins_count, 1 + dice % 8) - 1) AS place
    ), events AS (
      SELECT logins.*, 's' AS type, 'Successful login' AS description FROM logins
      UNION ALL
      SELECT user_id, email, connection, created_at, last_login, last_ip, logins_count, dice, at - interval '20 seconds', 'fp', 'Wrong email or password.'
      FROM logins WHERE connection = 'Username-Password-Authentication' AND (dice + extract(hour FROM at)::int) % 9 = 0
      UNION ALL
      SELECT people.*, created_at, 'ss', '' FROM people WHERE connection = 'Username-Password-Authentication'
    )
    INSERT INTO logs (log_id, date, type, user_id, body)
    SELECT '900' || to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') || lpad(nextval('log_sequence')::text, 39, '0'), at, type, user_id,
      jsonb_strip_nulls(jsonb_build_object('description', nullif(description, ''), 'connection', events.connection, 'strategy', connections.strategy,
        'ip', last_ip, 'user_name', email))
    FROM events JOIN connections ON connections.name = events.connection
    WHERE at > ${since} AND at >= events.created_at AND at < ${until}
    ORDER BY at DESC LIMIT ${mostEntries}`.execute(trx)
}
