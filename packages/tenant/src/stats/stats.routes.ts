import { sql } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { badRequest } from '../management/management-error.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'

const day = z.string().regex(/^\d{8}$/).optional().describe('Optional date in YYYYMMDD.') // prettier-ignore
const RangeQuery = z.strictObject({ from: day, to: day })
const thirtyDaysMs = 30 * 86_400_000

/** How many sign in, and how many are new. */
export function statsRoutes({ db, logs, now }: TenantContext): Router {
  const router = Router()

  router.get('/stats/active-users', async (req, res) => {
    requireScope(req, 'read:stats')
    const since = new Date(now().getTime() - thirtyDaysMs)
    const { count } = await db
      .selectFrom('users')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('last_login', '>', since)
      .executeTakeFirstOrThrow()
    res.json(count)
  })

  router.get('/stats/daily', async (req, res) => {
    requireScope(req, 'read:stats')
    const query = validate(RangeQuery, req.query, 'query')
    const to = toDate(query.to) ?? now()
    const from = toDate(query.from) ?? new Date(to.getTime() - thirtyDaysMs)
    await logs.flush()
    // Days on which nothing happened are not in Auth0's answer either.
    const { rows } = await sql<{ date: Date; logins: number; signups: number; first: Date; last: Date }>`
      SELECT date_trunc('day', date AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS date,
        count(*) FILTER (WHERE type IN ('s', 'seacft', 'sepft', 'sepotpft'))::int AS logins, count(*) FILTER (WHERE type = 'ss' AND body #>> '{details,body,is_signup}' IS DISTINCT FROM 'false')::int AS signups,
        count(*) FILTER (WHERE type = 'pwd_leak')::int AS leaked, min(date) AS first, max(date) AS last
      FROM logs WHERE type IN ('s', 'seacft', 'sepft', 'sepotpft', 'ss', 'pwd_leak')
        AND date >= ${from} AND date < ${new Date(to.getTime() + (query.to === undefined ? 0 : 86_400_000))}
      GROUP BY 1 ORDER BY 1`.execute(db)
    res.json(
      rows.map((row) => ({
        date: row.date.toISOString(),
        created_at: row.first.toISOString(),
        leaked_passwords: 0,
        logins: row.logins,
        signups: row.signups,
        updated_at: row.last.toISOString(),
      })),
    )
  })
  return router
}

function toDate(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T00:00:00Z`)
  if (Number.isNaN(date.getTime()))
    throw badRequest(
      `Query validation error: 'Object didn't pass validation for format date: ${text}'.`,
      'invalid_query_string',
    )
  return date
}
