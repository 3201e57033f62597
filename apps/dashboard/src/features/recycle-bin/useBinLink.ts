import { useRoute } from 'vue-router'
import { binQuery } from './bin-filter.ts'
import type { BinFilter } from './bin-filter.ts'

/** Where the list stands on the page: whoever comes from a figure is led to it. */
export const listId = 'list'

/** The list of whom a figure counts, with the report still open. */
export function useBinLink() {
  const route = useRoute()
  return (filter: Partial<BinFilter>) => ({
    name: 'recycle-bin',
    query: { ...binQuery(filter), ...(route.query.report && { report: route.query.report }) },
    hash: `#${listId}`,
  })
}
