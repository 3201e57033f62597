import type { UserField, UserFilter } from '@rollcall/contracts/admin-api'

/** Whether a part of the filter names the field. */
export function asksFor(filter: UserFilter, field: UserField): boolean {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.some((part) => asksFor(part, field))
    case 'not':
      return asksFor(filter.of, field)
    case 'text':
      return false
    default:
      return filter.field === field
  }
}
