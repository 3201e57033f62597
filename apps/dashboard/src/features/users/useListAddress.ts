import type { UserSort } from '@rollcall/contracts/admin-api'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export const sortFields = ['createdAt', 'lastLoginAt', 'loginCount', 'name', 'email'] as const
export type SortField = (typeof sortFields)[number]
const fallback: UserSort = '-createdAt'

/** What the list shows, kept in the address, so that it can be linked to and Back works. */
export function useListAddress() {
  const route = useRoute()
  const router = useRouter()
  const wanted = computed(() => ({
    search: typeof route.query.search === 'string' ? route.query.search : '',
    sort: readSort(route.query.sort),
  }))
  const go = (change: { search?: string; sort?: UserSort }) => {
    const { search, sort } = { ...wanted.value, ...change }
    const query = { ...(search !== '' && { search }), ...(sort !== fallback && { sort }) }
    // Each key typed is not a step that Back should undo.
    return router.replace({ query })
  }
  return { wanted, go }
}

function readSort(value: unknown): UserSort {
  const field = sortFields.find((name) => value === name || value === `-${name}`)
  return field === undefined ? fallback : value === field ? field : `-${field}`
}

/** The order one expects of a field: texts from A, moments and counts from the latest and the most. */
export function firstSort(field: SortField): UserSort {
  return field === 'name' || field === 'email' ? field : `-${field}`
}

/** What pressing a column's header leads to: first the order one expects of it, then the other way round. */
export function nextSort(current: UserSort, field: SortField): UserSort {
  const first = firstSort(field)
  if (current !== first) return first
  return first === field ? `-${field}` : field
}
