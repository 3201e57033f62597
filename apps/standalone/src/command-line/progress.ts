import { cutText } from './plain-text.ts'

/** How far something is that takes its time. */
export interface Progress {
  update(done: number, total: number | undefined): void
  /** Takes the bar away, before something else is written there; the next update draws it again. */
  clear(): void
}

export interface ProgressOptions {
  /** Such as `Exporting`. */
  what: string
  isQuiet: boolean
  /** A bar that is drawn anew, or now and then a line. */
  isDrawn: boolean
  stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>
}

const drawnEveryMs = 100
const toldEveryMs = 5000
const barCells = 24
const formatted = (value: number) => Math.round(value).toLocaleString('en')

export function openProgress({ what, isQuiet, isDrawn, stream }: ProgressOptions): Progress {
  const startedAt = performance.now()
  let shownAt = startedAt
  let isShown = false
  /** What was done before anybody looked. */
  let doneBefore: number | undefined
  const clear = () => {
    if (isShown) stream.write('\r\x1b[K')
    isShown = false
  }
  return {
    clear,
    update: (done, total) => {
      const now = performance.now()
      doneBefore ??= done
      if (isQuiet || now - shownAt < (isDrawn ? drawnEveryMs : toldEveryMs)) return
      shownAt = now
      const line = describe({ done, total, perSecond: ((done - doneBefore) * 1000) / (now - startedAt) })
      if (!isDrawn) return void stream.write(`${what}: ${line}\n`)
      const bar = total === undefined ? '' : `${drawBar(done / Math.max(total, 1))} `
      stream.write(`\r\x1b[K${cutText(`${what} ${bar}${line}`, (stream.columns || 80) - 1)}`)
      isShown = true
    },
  }
}

function describe({ done, total, perSecond }: { done: number; total: number | undefined; perSecond: number }): string {
  const rate = perSecond >= 1 ? [`${formatted(perSecond)} a second`] : []
  if (total === undefined) return [formatted(done), ...rate].join(', ')
  const left = perSecond > 0 && done < total ? [`${formatted(Math.ceil((total - done) / perSecond))} s left`] : []
  return [`${formatted(done)} of ${formatted(total)}`, ...rate, ...left].join(', ')
}

function drawBar(share: number): string {
  const full = Math.round(Math.min(share, 1) * barCells)
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)}`
}
