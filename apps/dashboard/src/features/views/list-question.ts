import type { View, ViewContent } from '@rollcall/contracts/admin-api'
import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router'

/** What a list shows, and what a view keeps of it: who, in which order, and what of them. */
export type ListQuestion = Pick<ViewContent, 'filter' | 'sort' | 'columns'>

export const firstSort: ViewContent['sort'] = '-created_at'

/** Segments that everybody has. They say who; the order and the columns stay as they are found. */
export const readyMadeViews = [
  { name: 'everyone', filter: '' },
  { name: 'neverSignedIn', filter: 'NOT _exists_:last_login' },
  { name: 'unverified', filter: 'email_verified:false created_at:<now-30d' },
  { name: 'notSeen', filter: 'last_login:<now-1y' },
  { name: 'blocked', filter: 'blocked:true' },
  { name: 'noMfa', filter: 'mfa:false' },
  { name: 'duplicates', filter: 'email_shared:true' },
] as const
export type ReadyMadeView = (typeof readyMadeViews)[number]

/** Where the list shows just this. */
export function addressOf({ filter, sort = firstSort, columns }: Partial<ListQuestion>): RouteLocationRaw {
  const query: LocationQueryRaw = {
    ...(filter && { filter }),
    ...(sort !== firstSort && { sort }),
    ...(columns && { columns: columns.join() }),
  }
  return { name: 'users', query }
}

export const questionOf = ({ filter, sort, columns }: ListQuestion): ListQuestion => ({ filter, sort, columns })

export const isSame = (one: ListQuestion, other: ListQuestion): boolean =>
  one.filter.trim() === other.filter.trim() && one.sort === other.sort && one.columns.join() === other.columns.join()

export const contentOf = ({ name, filter, sort, columns, isShared }: View): ViewContent => ({
  name,
  filter,
  sort,
  columns,
  isShared,
})
