import type { TimelineEntry, TimelineQuery, UserTimeline } from '@rollcall/contracts/admin-api'
import type { ManagementUserLogEntry } from '@rollcall/contracts/management-api'
import type { TenantClient } from '@rollcall/tenant-client'
import { toIso } from '../users/present-user.ts'
import { attemptPart } from './attempt-part.ts'
import type { ClientNames } from './present-sign-ins.ts'
import { hasFailed, kindOf, typesWanted } from './timeline-kinds.ts'

export interface TimelineDeps {
  tenant: Pick<TenantClient, 'pagingLimit' | 'ofUser' | 'clientNames'> & { users: Pick<TenantClient['users'], 'get'> }
}

const perPage = 50

/**
 * What the tenant logged about somebody, newest first. A cursor is a page and the moment at which the first one was asked for, so that what
 * happens meanwhile moves nothing.
 * @throws NotFound `user-not-found`
 */
export async function listTimeline(
  { tenant }: TimelineDeps,
  { userId, kind, after }: TimelineQuery & { userId: string },
  now: Date,
): Promise<UserTimeline> {
  const [page = 0, untilMs = now.getTime()] = after?.split('-').map(Number) ?? []
  const wanted = { userId, types: typesWanted(kind), until: new Date(untilMs), page, perPage }
  // The log answers for anybody; only the user says that there is one.
  const [entries, names] = await Promise.all([
    tenant.ofUser.log(wanted),
    attemptPart(tenant.clientNames()),
    tenant.users.get(userId),
  ])
  const isLast = entries.length < perPage
  const isAtLimit = !isLast && (page + 2) * perPage > tenant.pagingLimit
  return {
    entries: entries.map((entry) => presentEntry(entry, names.value)),
    next: isLast || isAtLimit ? null : `${page + 1}-${untilMs}`,
    isAtLimit,
  }
}

/** Field by field: what was sent and answered stays in the tenant. */
function presentEntry(entry: ManagementUserLogEntry, names: ClientNames): TimelineEntry {
  const { location_info: location } = entry
  const place = [known(location?.city_name), known(location?.country_name)].filter((part) => part !== null).join(', ')
  return {
    entryId: entry.log_id,
    at: toIso(entry.date),
    kind: kindOf(entry.type),
    type: entry.type,
    hasFailed: hasFailed(entry.type),
    description: known(entry.description),
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
