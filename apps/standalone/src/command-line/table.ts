import { cutText, plainText, textWidth } from './plain-text.ts'
import { bold, type Screen } from './screen.ts'

const gap = 2
/** However narrow the terminal, so much of a column is shown. */
const leastCells = 6

export interface Table {
  rows(rows: readonly (readonly string[])[]): Promise<void>
}

/**
 * On a terminal a heading and columns, as wide as the first rows need and the terminal allows; for a program a line for each row, with tabs
 * between and no heading.
 */
export function openTable(screen: Screen, heading: readonly string[]): Table {
  let widths: number[] | undefined
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => padText(cutText(cell, widths?.[at] ?? 0), at === cells.length - 1 ? 0 : (widths?.[at] ?? 0))).join(' '.repeat(gap)) // prettier-ignore
  return {
    async rows(rows) {
      if (!screen.isTerminal) {
        for (const row of rows) await screen.row(row)
        return
      }
      const harmless = rows.map((row) => row.map((cell) => plainText(shortMoment(cell))))
      if (!widths) {
        widths = fit(heading.map((title, at) => Math.max(textWidth(title), ...harmless.map((row) => textWidth(row[at] ?? '')))), screen.columns) // prettier-ignore
        await screen.say(bold(line(heading)))
      }
      for (const row of harmless) await screen.say(line(row))
    },
  }
}

/** To the minute, for people. */
const shortMoment = (text: string) => text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/, '$1 $2')

const padText = (text: string, cells: number) => text + ' '.repeat(Math.max(0, cells - textWidth(text)))

/** Takes from the widest until it all fits; never from the first, by which a row is named and which is copied. */
function fit(wanted: readonly number[], columns: number): number[] {
  const widths = [...wanted]
  const room = columns - gap * (widths.length - 1)
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths.slice(1)), 1)
    if ((widths[widest] ?? 0) <= leastCells) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}
