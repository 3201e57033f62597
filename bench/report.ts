import type { Spread } from './compare.ts'

/** One line of the table. What has no reference is a figure by itself, and its target is in its own unit. */
export interface Finding {
  name: string
  what: string
  unit: 'ms' | 'a second' | 's' | 'MiB'
  measured: Spread
  reference?: { what: string; value: Spread; ratio: Spread }
  target?: { bound: 'at most' | 'at least'; value: number }
}

/** @returns undefined where nothing is aimed at */
export function isReached({ measured, reference, target }: Finding): boolean | undefined {
  if (!target) return undefined
  const value = (reference?.ratio ?? measured).median
  return target.bound === 'at most' ? value <= target.value : value >= target.value
}

/** A row of the table in Markdown: what it prints can be pasted as it is. */
export function toLine(finding: Finding): string {
  const { what, unit, measured, reference, target } = finding
  const verdict = isReached(finding)
  const cells = [
    what,
    `${figure(measured.median)} ${unit}`,
    reference ? `${reference.what}: ${figure(reference.value.median)} ${unit}` : '–',
    reference ? `**${spread(reference.ratio)}**` : spread(measured),
    target ? `${target.bound} ${target.value}` : '–',
    verdict === undefined ? '–' : verdict ? 'ok' : 'short',
  ]
  return `| ${cells.join(' | ')} |`
}

export const tableHead = `| what | measured | reference | ratio (min–max) | target | |
|---|--:|---|--:|--:|---|`

const spread = ({ median, min, max }: Spread) => `${figure(median)} (${figure(min)}–${figure(max)})`

/** Three digits that count. */
function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}
