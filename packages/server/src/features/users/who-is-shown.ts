import { joinFilters, type UserField, type UserFilter } from '@rollcall/contracts/admin-api'
import type { RecycleBin } from '../../recycle-bin/recycle-bin.ts'

const field: UserField = 'deletion_scheduled'

/** Whoever is to be deleted is shown to those alone who ask for them. While there is nobody, a question stays as quick as it is. */
export async function whoIsShown(filter: UserFilter, bin: Pick<RecycleBin, 'hasScheduled'>): Promise<UserFilter> {
  if (asksForThem(filter) || !(await bin.hasScheduled())) return filter
  return joinFilters('all', [filter, { kind: 'is', field, value: false }])
}

function asksForThem(filter: UserFilter): boolean {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.some(asksForThem)
    case 'not':
      return asksForThem(filter.of)
    case 'text':
      return false
    default:
      return filter.field === field
  }
}
