import { reactive, watch } from 'vue'

export interface GridSettings {
  /** In px, by column; those that were never pulled share what room there is. */
  widths: Record<string, number>
  isDense: boolean
}

/** How one person likes the grid, on this machine. What a list shows is in the address: this is only its look. */
export function useGridSettings(staffId: string): GridSettings {
  const key = `rollcall.grid.${staffId}`
  const settings = reactive(readSettings(localStorage.getItem(key)))
  watch(settings, (now) => localStorage.setItem(key, JSON.stringify(now)), { deep: true })
  return settings
}

function readSettings(stored: string | null): GridSettings {
  let read: Partial<GridSettings>
  try {
    read = JSON.parse(stored ?? '{}') as Partial<GridSettings>
  } catch {
    read = {} // another program's, or half written: the look starts afresh
  }
  const widths = Object.entries(read.widths ?? {}).filter(([, width]) => Number.isFinite(width))
  return { widths: Object.fromEntries(widths), isDense: read.isDense === true }
}
