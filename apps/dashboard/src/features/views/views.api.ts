import type { View, ViewContent, ViewList } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

export const listViews = (api: ApiClient, signal: AbortSignal): Promise<ViewList> => api.get<ViewList>('views', signal)

export const createView = (api: ApiClient, content: ViewContent): Promise<View> => api.post<View>('views', content)

export const updateView = (api: ApiClient, id: string, content: ViewContent): Promise<View> =>
  api.put<View>(`views/${id}`, content)

export const deleteView = (api: ApiClient, id: string): Promise<void> => api.delete(`views/${id}`)
