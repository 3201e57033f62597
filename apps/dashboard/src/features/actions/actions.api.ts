import type {
  ActionList,
  ActionOutcome,
  ActionPreview,
  ApiList,
  BasedOn,
  ConnectionList,
} from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

export interface WantedAction {
  /** null: somebody is to be made by it. */
  userId: string | null
  action: string
  params: unknown
}

export interface RunRequest extends WantedAction {
  reason: string | undefined
  basedOn: BasedOn | undefined
}

const pathOf = (userId: string | null, rest = '') =>
  userId === null ? `users/actions${rest}` : `users/${encodeURIComponent(userId)}/actions${rest}`

export const listActions = (api: ApiClient, userId: string, signal: AbortSignal): Promise<ActionList> =>
  api.get(pathOf(userId), signal)

export const previewAction = (api: ApiClient, { userId, action, params }: WantedAction): Promise<ActionPreview> =>
  api.post(pathOf(userId, `/${action}/preview`), { params })

export const runAction = (
  api: ApiClient,
  { userId, action, ...body }: RunRequest,
  key: string,
): Promise<ActionOutcome> => api.post(pathOf(userId, `/${action}`), body, key)

export const undoRun = (
  api: ApiClient,
  { runId, reason }: { runId: string; reason: string | undefined },
  key: string,
): Promise<ActionOutcome> => api.post(`actions/${runId}/undo`, { reason }, key)

export const listConnections = (api: ApiClient, signal: AbortSignal): Promise<ConnectionList> =>
  api.get('connections', signal)

export const listApis = (api: ApiClient, signal: AbortSignal): Promise<ApiList> => api.get('apis', signal)
