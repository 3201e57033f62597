import type { UserImport } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'
import { openSink } from '../export/download.ts'
import { openReport } from './imports.api.ts'

/** Saves the rows that have a problem, as they come. */
export async function saveReport(api: ApiClient, { importId, name }: Pick<UserImport, 'importId' | 'name'>): Promise<void> {
  const sink = await openSink({ name: `${name.replace(/\.\w+$/, '')}-report.csv`, mediaType: 'text/csv', extension: '.csv' })
  if (!sink) return
  try {
    const { body } = await openReport(api, importId, new AbortController().signal)
    const reader = body?.getReader()
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) await sink.write(part.value)
    await sink.keep()
  } catch (error) {
    await sink.drop()
    throw error
  }
} // prettier-ignore
