import type { User, UserPage, UserSort } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

export interface ListUsers {
  page: number
  perPage: number
  sort: UserSort
  search: string
}

export function listUsers(
  api: ApiClient,
  { page, perPage, sort, search }: ListUsers,
  signal: AbortSignal,
): Promise<UserPage> {
  const query = new URLSearchParams({
    page: String(page),
    perPage: String(perPage),
    sort,
    ...(search !== '' && { search }),
  })
  return api.get<UserPage>(`users?${query.toString()}`, signal)
}

export const getUser = (api: ApiClient, userId: string, signal: AbortSignal): Promise<User> =>
  api.get<User>(`users/${encodeURIComponent(userId)}`, signal)

export const deleteUser = (api: ApiClient, userId: string): Promise<void> =>
  api.delete(`users/${encodeURIComponent(userId)}`)
