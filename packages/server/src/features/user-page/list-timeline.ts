import type { TimelineEntry, TimelineQuery, UserTimeline } from '@rollcall/contracts/admin-api'
import type { ManagementUserLogEntry } from '@rollcall/contracts/management-api'
import type { TenantClient } from '@rollcall/tenant-client'
import { clientIdOf } from '../../access/actor.ts'
import type { StoreQueries } from '../../store/open-store.ts'
import { toIso } from '../users/present-user.ts'
import { attemptPart } from './attempt-part.ts'
import { listStaffActions } from './list-staff-actions.ts'
import type { ClientNames } from './present-sign-ins.ts'
import { hasFailed, kindOf, typesWanted } from './timeline-kinds.ts'

export interface TimelineDeps {
  tenant: Pick<TenantClient, 'pagingLimit' | 'ofUser' | 'clientNames'> & { users: Pick<TenantClient['users'], 'get'> }
  /** undefined: no audit log is kept here, or it is not for whoever asks. */
  audit: StoreQueries | undefined
}

const perPage = 50
/** At the end of the tenant's log, before which any number of actions may lie. */
const actionsPerPage = 200

/**
 * What the tenant logged about somebody and what staff did to them, newest first. A cursor is a page of the tenant's log, the moment at which the
 * first one was asked for, so that what happens meanwhile moves nothing, and the moment down to which all was shown.
 * @throws NotFound `user-not-found`
 */
export async function listTimeline(
  { tenant, audit }: TimelineDeps,
  { userId, kind, after }: TimelineQuery & { userId: string },
  now: Date,
): Promise<UserTimeline> {
  const [page = 0, untilMs = now.getTime(), shownDownToMs = untilMs] = after?.split('-').map(Number) ?? []
  // The log answers for anybody; only the user says that there is one.
  const [logged, names] = await Promise.all([
    kind === 'staff'
      ? []
      : tenant.ofUser.log({ userId, types: typesWanted(kind), until: new Date(untilMs), page, perPage }),
    attemptPart(tenant.clientNames()),
    tenant.users.get(userId),
  ])
  const entries = logged.map((entry) => presentEntry(entry, names.value))
  const isLogOver = logged.length < perPage
  const isAtLimit = !isLogOver && (page + 2) * perPage > tenant.pagingLimit
  const oldest = entries.at(-1)?.at
  const span = {
    after: isLogOver || oldest === undefined ? undefined : new Date(oldest),
    until: new Date(shownDownToMs),
  }
  const actions = audit && (kind === undefined || kind === 'staff') ? await listStaffActions(audit, { userId, ...span, limit: actionsPerPage }) : [] // prettier-ignore
  const named = actions.map((action) => ({ ...action, application: names.value?.get(clientIdOf(action.actorId ?? '') ?? '') ?? null })) // prettier-ignore
  const isOver = isLogOver && actions.length < actionsPerPage
  const merged = [...entries, ...named].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
  // Actions on one user follow one another, so the next older one is earlier by more than a millisecond.
  const downToMs = isLogOver ? Date.parse(actions.at(-1)?.at ?? '') - 1 : Date.parse(oldest ?? '')
  return {
    entries: merged,
    next: isOver || isAtLimit ? null : `${page + 1}-${untilMs}-${downToMs}`,
    isAtLimit,
  }
}

/** Field by field: what was sent and answered stays in the tenant. */
export function presentEntry(entry: ManagementUserLogEntry, names: ClientNames): TimelineEntry {
  const { location_info: location } = entry
  const place = [known(location?.city_name), known(location?.country_name)].filter((part) => part !== null).join(', ')
  return {
    entryId: entry.log_id,
    at: toIso(entry.date),
    kind: kindOf(entry.type),
    type: entry.type,
    hasFailed: hasFailed(entry.type),
    description: known(entry.description),
    actorId: null,
    address: known(entry.ip),
    place: place || null,
    userAgent: known(entry.user_agent),
    connection: known(entry.connection),
    // Auth0 names the application of a sign-in, and not that of a change.
    application: known(entry.client_name) ?? names?.get(entry.client_id ?? '') ?? known(entry.client_id),
    organization: known(entry.organization_name) ?? known(entry.organization_id),
  }
}

/** Auth0 writes the word `undefined` where it knows nothing, and a browser it does not know is `Other 0.0.0 / Other 0.0.0`. */
function known(value: string | null | undefined): string | null {
  return !value || value === 'undefined' || value.startsWith('Other 0.0.0 / Other') ? null : value
}
