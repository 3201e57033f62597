import { useGridSettings } from './useGridSettings.ts'

const narrowest = 64
const widest = 900

/**
 * Which columns are where is in the address; how wide they are is each person's own.
 * @param choose asks for other columns, or the same in another order
 */
export function useColumns(staffId: string, columns: () => string[], choose: (columns: string[]) => void) {
  const settings = useGridSettings(staffId)

  function move(column: string, to: number) {
    const ordered = columns().filter((other) => other !== column)
    ordered.splice(to, 0, column)
    if (ordered.join() !== columns().join()) choose(ordered)
  }
  return {
    settings,
    move,
    moveBy: (column: string, by: number) => move(column, columns().indexOf(column) + by),
    hide: (column: string) => choose(columns().filter((other) => other !== column)),
    resize: (column: string, width: number) => {
      settings.widths[column] = Math.round(Math.min(widest, Math.max(narrowest, width)))
    },
    resetWidth: (column: string) => {
      delete settings.widths[column]
    },
  }
}
