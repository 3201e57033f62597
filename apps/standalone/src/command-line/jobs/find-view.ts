import type { View, ViewList } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { pickNamed } from '../pick-named.ts'

/**
 * @param written the id or the name of a view that whoever asks can see
 * @throws CommandFailed when there is none, or several have the name
 */
export async function findView(api: ApiClient, written: string): Promise<View> {
  const { views } = await api.get<ViewList>('views')
  return pickNamed(views, written, {
    thing: 'view',
    idOf: ({ id }) => id,
    describe: ({ filter, isMine }) => `${filter}${isMine ? '  (yours)' : ''}`,
  })
}
