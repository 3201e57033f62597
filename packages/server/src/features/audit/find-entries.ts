import type { AuditQuery } from '@rollcall/contracts/admin-api'
import { sql, type RawBuilder } from '@rollcall/database'
import { escapeLike } from '../users/search/like-pattern.ts'

export type AuditFilter = Omit<AuditQuery, 'limit' | 'after'>

/** A member of an entry, as the indexes have it. */
export const memberOf = (name: string) => sql`(entry->>${sql.lit(name)}) COLLATE "C"`

/** What was done to somebody, or concerns them as well. */
export const concerns = (userId: string) =>
  sql<boolean>`(${memberOf('subjectId')} = ${userId} OR (entry->>'otherSubjectId' IS NOT NULL AND ${memberOf('otherSubjectId')} = ${userId}))`

/** Which entries of `audit_log` match. An entry never comes before an earlier one in time, so a span of time is a span of numbers. */
export function matching({
  actor,
  action,
  subject,
  phase,
  job,
  run,
  from,
  to,
  reason,
}: AuditFilter): RawBuilder<boolean> {
  const firstSince = (moment: string) =>
    sql`(SELECT seq FROM audit_log WHERE at >= ${moment}::timestamptz ORDER BY at, seq LIMIT 1)`
  const conditions = [
    actor !== undefined && sql`${memberOf('actorId')} = ${actor}`,
    action !== undefined && sql`${memberOf('action')} = ${action}`,
    subject !== undefined && concerns(subject),
    phase !== undefined && sql`entry->>'phase' = ${phase}`,
    job !== undefined && sql`entry->>'jobId' IS NOT NULL AND ${memberOf('jobId')} = ${job}`,
    run !== undefined && sql`${memberOf('runId')} = ${run}`,
    from !== undefined && sql`seq >= ${firstSince(from)}`,
    to !== undefined && sql`seq < coalesce(${firstSince(to)}, ${sql.lit(Number.MAX_SAFE_INTEGER)})`,
    reason !== undefined && sql`entry->>'reason' ILIKE ${`%${escapeLike(reason)}%`}`,
  ].filter((condition) => condition !== false)
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` AND `)}`
}
