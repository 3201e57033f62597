import type { ExportUsersQuery } from '@rollcall/contracts/admin-api'

/** What kinds of files there are. */
export type ExportFormat = ExportUsersQuery['format'] | 'html'
