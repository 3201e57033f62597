import type { Activity, Breakdown, BreakdownQuery } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

export const getActivity = (api: ApiClient, days: number, signal: AbortSignal): Promise<Activity> =>
  api.get<Activity>(`activity?days=${days}`, signal)

export const getBreakdown = (
  api: ApiClient,
  { by, most }: Pick<BreakdownQuery, 'by' | 'most'>,
  signal: AbortSignal,
): Promise<Breakdown> => api.get<Breakdown>(`users/breakdown?by=${by}&most=${most}`, signal)
