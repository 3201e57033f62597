import type { UserSort } from '@rollcall/contracts/admin-api'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { defaultColumns, firstSort, isColumn, isSortable } from './columns.ts'

/** What a list shows: who, in which order, and what of them. */
export interface ListQuestion {
  filter: string
  sort: UserSort
  columns: string[]
}

export const fallbackSort: UserSort = '-created_at'
const mostColumns = 40

/** What the list shows, kept in the address, so that it can be linked to and Back works. `show` is the user beside the list. */
export function useListAddress() {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string) => {
    const value = route.query[name]
    return typeof value === 'string' ? value : ''
  }
  // Compared as text: looking at somebody beside the list is no new question.
  const filter = computed(() => text('filter'))
  const sort = computed(() => readSort(text('sort')))
  const columnNames = computed(() => readColumns(text('columns')).join())
  const wanted = computed<ListQuestion>(() => ({
    filter: filter.value,
    sort: sort.value,
    columns: columnNames.value.split(','),
  }))
  const shown = computed(() => text('show') || undefined)

  const write = ({ filter, sort, columns }: ListQuestion, show: string | undefined) => ({
    ...(filter !== '' && { filter }),
    ...(sort !== fallbackSort && { sort }),
    ...(columns.join() !== defaultColumns.join() && { columns: columns.join() }),
    ...(show !== undefined && { show }),
  })
  /** Each key typed and each column moved is not a step that Back should undo; a condition added or taken away is one. */
  const go = (change: Partial<ListQuestion>, isStep = false) => {
    const query = write({ ...wanted.value, ...change }, change.filter === undefined ? shown.value : undefined)
    return isStep ? router.push({ query }) : router.replace({ query })
  }
  /** Opening is a step, so that Back closes; moving on from one to the next is none. */
  const show = (userId: string | undefined) => {
    const query = write(wanted.value, userId)
    return shown.value === undefined ? router.push({ query }) : router.replace({ query })
  }
  return { wanted, shown, go, show }
}

function readSort(value: string): UserSort {
  return isSortable(value.replace(/^-/, '')) ? value : fallbackSort
}

function readColumns(value: string): string[] {
  const known = [...new Set(value.split(',').filter(isColumn))].slice(0, mostColumns)
  return known.length > 0 ? known : defaultColumns
}

/** What pressing a column's header leads to: first the order one expects of it, then the other way round. */
export function nextSort(current: UserSort, column: string): UserSort {
  const first = firstSort(column)
  if (current !== first) return first
  return first === column ? `-${column}` : column
}
