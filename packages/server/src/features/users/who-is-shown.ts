import { joinFilters, type UserField, type UserFilter } from '@rollcall/contracts/admin-api'
import type { RecycleBin } from '../../recycle-bin/recycle-bin.ts'
import { asksFor } from './asks-for.ts'

const field: UserField = 'deletion_scheduled'

/** Whoever is to be deleted is shown to those alone who ask for them. While there is nobody, a question stays as quick as it is. */
export async function whoIsShown(filter: UserFilter, bin: Pick<RecycleBin, 'hasScheduled'>): Promise<UserFilter> {
  if (asksFor(filter, field) || !(await bin.hasScheduled())) return filter
  return joinFilters('all', [filter, { kind: 'is', field, value: false }])
}
