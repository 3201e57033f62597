import type { AuditEntry, PersonalData, TimelineEntry } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { TenantClient } from '@rollcall/tenant-client'
import type { StoreQueries } from '../../store/open-store.ts'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { maskChanges } from '../../custom-fields/hide.ts'
import { memberOf } from '../audit/find-entries.ts'
import { attemptPart } from '../user-page/attempt-part.ts'
import { presentEntry } from '../user-page/list-timeline.ts'

const perPage = 100
/** Of one person: more than this somebody has to ask for by other means, and is told so. */
const mostEntries = 10_000

/** What the tenant has logged about somebody, newest first, as far back as its paging reaches. */
export async function readWholeLog(
  { ofUser, clientNames, pagingLimit }: Pick<TenantClient, 'ofUser' | 'clientNames' | 'pagingLimit'>,
  { userId, until }: { userId: string; until: Date },
): Promise<{ entries: TimelineEntry[]; isComplete: boolean }> {
  const { value: names } = await attemptPart(clientNames())
  const entries: TimelineEntry[] = []
  for (let page = 0; (page + 1) * perPage <= Math.min(mostEntries, pagingLimit); page += 1) {
    const logged = await ofUser.log({ userId, types: undefined, until, page, perPage })
    entries.push(...logged.map((entry) => presentEntry(entry, names)))
    if (logged.length < perPage) return { entries, isComplete: true }
  }
  return { entries, isComplete: false }
}

type StaffAction = NonNullable<PersonalData['staffActions']>[number]

/** What staff did to somebody, newest first. */
export async function readStaffActions(
  db: StoreQueries,
  { userId, sight }: { userId: string; sight: Sight },
): Promise<{ entries: StaffAction[]; isComplete: boolean }> {
  const { rows } = await sql<{ seq: number; at: Date; entry: AuditEntry }>`SELECT seq, at, entry FROM audit_log
    WHERE ${memberOf('subjectId')} = ${userId} ORDER BY seq DESC LIMIT ${mostEntries + 1}`.execute(db)
  const entries = rows
    .slice(0, mostEntries)
    .map(({ seq, at, entry: { action, phase, actorId, reason, changes } }) => ({ seq, at: at.toISOString(), action, phase, actorId, reason, changes: maskChanges(changes, sight) })) // prettier-ignore
  return { entries, isComplete: rows.length <= mostEntries }
}
