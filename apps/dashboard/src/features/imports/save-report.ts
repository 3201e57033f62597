import type { UserImport } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'
import { saveParts } from '../export/save-parts.ts'
import { openReport } from './imports.api.ts'

/** Saves the rows that have a problem, as they come. */
export function saveReport(api: ApiClient, { importId, name }: Pick<UserImport, 'importId' | 'name'>): Promise<boolean> {
  async function* parts() {
    const { body } = await openReport(api, importId, new AbortController().signal)
    const reader = body?.getReader() // not every browser takes a stream for something to go through
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value
  }
  return saveParts({ name: `${name.replace(/\.\w+$/, '')}-report.csv`, mediaType: 'text/csv', extension: '.csv' }, parts())
} // prettier-ignore
