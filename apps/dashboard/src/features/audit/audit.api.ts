import type { AuditPage } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'
import { apiQuery, type AuditFilter } from './audit-filter.ts'

export const getAuditPage = (
  api: ApiClient,
  { filter, after }: { filter: AuditFilter; after: string },
  signal: AbortSignal,
): Promise<AuditPage> =>
  api.get(`audit?${new URLSearchParams({ ...apiQuery(filter), ...(after && { after }) }).toString()}`, signal)

export const auditExportPath = (filter: AuditFilter, format: 'csv' | 'ndjson') =>
  `audit/export?${new URLSearchParams({ ...apiQuery(filter), format }).toString()}`
