import type { RecycleBinReport } from '@rollcall/contracts/admin-api'
import { sql, type RawBuilder } from '@rollcall/database'
import { namesOf } from '../../actors/names-of.ts'
import { binEntries, hasProblem, type BinDeps } from './bin-entries.ts'

const shownActors = 10
const daysAhead = 30

type State = 'scheduled' | 'deleted'
interface Told {
  states: { state: State; users: number; problems: number; within7: number; within30: number }[] | null
  days: { state: State; day: string; users: number }[] | null
  months: RecycleBinReport['months'] | null
  actors: { actorId: string; users: number }[] | null
}

/** How much is kept of whom, and what becomes of it when; all of it of one moment. */
export async function reportDeletedUsers(deps: BinDeps, now: Date): Promise<RecycleBinReport> {
  const { db, bin, tenant } = deps
  const { tables, condition } = binEntries(tenant)
  const moment = now.toISOString()
  const dayOf = (at: RawBuilder<unknown>) => sql`to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`
  const within = (days: number) =>
    sql`count(*) FILTER (WHERE until < ${moment}::timestamptz + make_interval(days => ${days}::int))`
  const { rows } = await sql<Told>`
    WITH e AS MATERIALIZED (
      SELECT e.state, e.at, e.until, r.actor_id, ${await hasProblem(deps)} AS has_problem FROM ${tables} WHERE ${condition}
    )
    SELECT
      (SELECT json_agg(s) FROM (SELECT state, count(*) AS users, count(*) FILTER (WHERE has_problem) AS problems,
        ${within(7)} AS within7, ${within(daysAhead)} AS within30 FROM e GROUP BY state) s) AS states,
      (SELECT json_agg(d) FROM (SELECT state, ${dayOf(sql`greatest(until, ${moment}::timestamptz)`)} AS day, count(*) AS users FROM e GROUP BY 1, 2) d) AS days,
      (SELECT json_agg(m) FROM (SELECT left(${dayOf(sql`at`)}, 7) AS month, count(*) AS users FROM e
        WHERE state = 'deleted' GROUP BY 1 ORDER BY 1 DESC) m) AS months,
      (SELECT json_agg(a) FROM (SELECT actor_id AS "actorId", count(*) AS users FROM e
        WHERE state = 'deleted' GROUP BY actor_id ORDER BY users DESC, actor_id LIMIT ${shownActors}) a) AS actors`.execute(db)
  const told = rows[0]
  const actors = told?.actors ?? []
  const names = await namesOf(deps, actors.map(({ actorId }) => actorId))
  const kept = comingDue('deleted', told, now)
  return {
    at: moment,
    keptForDays: bin.isKeeping ? bin.keptForDays : null,
    deleteAfterDays: bin.deleteAfterDays,
    kept,
    scheduled: comingDue('scheduled', told, now),
    months: told?.months ?? [],
    actors: actors.map(({ actorId, users }) => ({ actorId, actorName: names.get(actorId) ?? null, users })),
    otherActors: kept.users - actors.reduce((sum, { users }) => sum + users, 0),
  }
} // prettier-ignore

function comingDue(state: State, told: Told | undefined, now: Date): RecycleBinReport['kept'] {
  const found = told?.states?.find((one) => one.state === state)
  const perDay = new Map((told?.days ?? []).filter((one) => one.state === state).map(({ day, users }) => [day, users]))
  const days = Array.from({ length: daysAhead + 1 }, (_, ahead) => {
    const day = new Date(now.getTime() + ahead * 86_400_000).toISOString().slice(0, 10)
    return { day, users: perDay.get(day) ?? 0 }
  })
  return {
    users: found?.users ?? 0,
    problems: found?.problems ?? 0,
    within7Days: found?.within7 ?? 0,
    within30Days: found?.within30 ?? 0,
    days,
  }
}
