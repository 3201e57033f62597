import type { User, UserCount, UserPage, UserSummary } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'
import { furtherColumns } from './columns.ts'
import type { ListQuestion } from './useListAddress.ts'

export interface ListUsers extends ListQuestion {
  limit: number
  after: string | undefined
}

/** What stands behind the question mark, without what says nothing. */
const queryOf = (values: Record<string, string | undefined>) =>
  new URLSearchParams(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''),
  ).toString()

export const listUsers = (
  api: ApiClient,
  { filter, sort, limit, after, columns }: ListUsers,
  signal: AbortSignal,
): Promise<UserPage> =>
  api.get(
    `users?${queryOf({ filter, sort, limit: String(limit), after, columns: furtherColumns(columns).join(), count: 'none' })}`,
    signal,
  )

/** @param most how far; absent: exactly */
export const countUsers = (
  api: ApiClient,
  { filter, most }: { filter: string; most?: number },
  signal?: AbortSignal,
): Promise<UserCount> => api.get(`users/count?${queryOf({ filter, most: most?.toString() })}`, signal)

/** The most users that one request brings up to date. */
export const refreshedAtOnce = 100

/** Users of a list as they are now; who is gone is left out. */
export const refreshUsers = (
  api: ApiClient,
  userIds: readonly string[],
  columns: readonly string[],
  signal?: AbortSignal,
): Promise<{ users: UserSummary[] }> =>
  api.get(`users/refresh?${queryOf({ userIds: userIds.join(), columns: furtherColumns(columns).join() })}`, signal)

export const getUser = (api: ApiClient, userId: string, signal: AbortSignal): Promise<User> =>
  api.get<User>(`users/${encodeURIComponent(userId)}`, signal)
