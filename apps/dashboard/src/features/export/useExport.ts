import { onScopeDispose, ref, shallowRef } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { rowCounter } from './count-rows.ts'
import { openSink } from './download.ts'
import type { ExportFormat } from './export-format.ts'

export interface ExportWish {
  /** Of the API, its query included. */
  path: string
  /** Of a POST; absent: it is a GET. */
  body?: unknown
  /** Of the file, without day and ending. */
  name: string
  format: ExportFormat
}

const mediaTypes = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  html: 'text/html',
} as const

/** One export at a time, streamed to the disk; `state` says how it went. */
export function useExport(api: ApiClient, now: () => Date = () => new Date()) {
  const state = ref<'idle' | 'running' | 'done' | 'cancelled' | 'failed'>('idle')
  const bytes = ref(0)
  /** undefined where they cannot be counted. */
  const rows = ref<number>()
  const total = ref<number>()
  const problem = shallowRef<Error>()
  let request: AbortController | undefined

  async function start({ path, body, name, format }: ExportWish) {
    const day = now().toISOString().slice(0, 10)
    // Asked for first: the browser lets a page ask only just after it was pressed.
    const sink = await openSink({
      name: `${name}-${day}.${format}`,
      mediaType: mediaTypes[format],
      extension: `.${format}`,
    })
    if (!sink) return
    const { signal } = (request = new AbortController())
    const count = rowCounter(format)
    state.value = 'running'
    bytes.value = 0
    rows.value = count && 0
    total.value = undefined
    problem.value = undefined
    try {
      const response = await api.stream(path, mediaTypes[format], signal, body)
      const said = response.headers.get('x-total-count')
      total.value = said === null ? undefined : Number(said)
      const reader = response.body?.getReader()
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        bytes.value += part.value.length
        if (count) rows.value = count(part.value)
        await sink.write(part.value)
      }
      await sink.keep()
      state.value = 'done'
    } catch (error) {
      await sink.drop()
      state.value = signal.aborted ? 'cancelled' : 'failed'
      if (!signal.aborted) problem.value = error as Error // what streams and the client throw
    }
  }

  const cancel = () => request?.abort()
  onScopeDispose(cancel)
  return { state, bytes, rows, total, problem, start, cancel }
}
