import type { ViewList } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes } from '../failure.ts'
import { nearest } from '../nearest.ts'

/**
 * @param written the id or the name of a view that whoever asks can see
 * @returns its id
 * @throws CommandFailed when there is none, or several have the name
 */
export async function findViewId(api: ApiClient, written: string): Promise<string> {
  const { views } = await api.get<ViewList>('views')
  const byId = views.find(({ id }) => id === written)
  const meant = byId ? [byId] : views.filter(({ name }) => name === written)
  const [first, ...others] = meant
  if (!first) {
    const near = nearest(written, views.map(({ name }) => name)) // prettier-ignore
    throw new CommandFailed(exitCodes.notFound, 'view-not-found', `You see no view ${written}.`, {
      hints: near === undefined ? [] : [`Did you mean ${near}?`],
    })
  }
  if (others.length === 0) return first.id
  throw new CommandFailed(exitCodes.inTheWay, 'several-views', `Several views are called ${written}.`, {
    hints: ['Say which by its id:', ...meant.map(({ id, filter, isMine }) => `${id}  ${filter}${isMine ? '  (yours)' : ''}`)],
  }) // prettier-ignore
}
