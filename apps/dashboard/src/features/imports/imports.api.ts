import type {
  ImportConnections,
  ImportMode,
  ImportPage,
  ImportRowPage,
  ImportRowState,
  UserImport,
} from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

type Values = Record<string, string | undefined>
const queryOf = (values: Values) =>
  new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : []))).toString()

export const uploadImport = (
  api: ApiClient,
  { file, connection, mode }: { file: File; connection: string; mode: ImportMode },
  signal: AbortSignal,
): Promise<UserImport> =>
  api.upload(`imports?${queryOf({ name: file.name.slice(0, 200), connection, mode })}`, file, signal)

export const listImports = (api: ApiClient, signal: AbortSignal): Promise<ImportPage> =>
  api.get('imports?limit=10', signal)

export const listConnections = (api: ApiClient, signal: AbortSignal): Promise<ImportConnections> =>
  api.get('imports/connections', signal)

export const getImport = (api: ApiClient, importId: string, signal: AbortSignal): Promise<UserImport> =>
  api.get(`imports/${encodeURIComponent(importId)}`, signal)

export const listImportRows = (
  api: ApiClient,
  importId: string,
  { state, code, after }: { state: ImportRowState | undefined; code: string | undefined; after: number },
  signal: AbortSignal,
): Promise<ImportRowPage> =>
  api.get(`imports/${importId}/rows?${queryOf({ state, code, after: String(after), limit: '50' })}`, signal)

export const openReport = (api: ApiClient, importId: string, signal: AbortSignal): Promise<Response> =>
  api.stream(`imports/${importId}/report`, 'text/csv', signal)

export type ImportStep = 'plan' | 'start' | 'pause' | 'resume' | 'cancel'

export const steerImport = (
  api: ApiClient,
  importId: string,
  step: ImportStep,
  body: object = {},
): Promise<UserImport> => api.post(`imports/${importId}/${step}`, body)
