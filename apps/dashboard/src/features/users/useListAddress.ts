import type { UserSort } from '@rollcall/contracts/admin-api'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

const fields = ['name', 'email', 'createdAt', 'lastLoginAt', 'loginCount'] as const
export type SortField = (typeof fields)[number]
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
  const field = fields.find((name) => value === name || value === `-${name}`)
  return field === undefined ? fallback : value === field ? field : `-${field}`
}

/** What pressing a column's header leads to: first the order one expects of it, then the other way round. */
export function nextSort(current: UserSort, field: SortField): UserSort {
  const isText = field === 'name' || field === 'email'
  const first: UserSort = isText ? field : `-${field}`
  const second: UserSort = isText ? `-${field}` : field
  return current === first ? second : first
}
