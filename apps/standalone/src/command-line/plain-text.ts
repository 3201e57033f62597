/**
 * What a terminal would obey, and what would reorder or hide what it shows (controls, escape sequences, bidirectional and other formatting, line
 * separators). The two joiners stay: scripts and emoji need them.
 */
const unsafe = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escaped = (character: string) =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('')

/** Text of anybody's making, so that a terminal shows it and does nothing else: `\n` and the like are written out. */
export function plainText(text: string): string {
  return text.replace(unsafe, (character) => shortEscapes[character] ?? escaped(character))
}

const shortEscapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** One line of JSON in which all that a terminal would obey is escaped: the same value to whoever parses it. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, escaped)
}

const wide =
  /^(?:\p{Extended_Pictographic}(?!\ufe0e)|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}])/u
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' })
const isAscii = /^[\x20-\x7e]*$/

const widthOf = (letter: string) => (wide.test(letter) ? 2 : 1)

/** How many cells of a terminal it takes. */
export function textWidth(text: string): number {
  if (isAscii.test(text)) return text.length
  return [...letters.segment(text)].reduce((sum, { segment }) => sum + widthOf(segment), 0)
}

/** Cut off with an ellipsis where it is wider than so many cells. */
export function cutText(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text
  let kept = ''
  let taken = 0
  for (const { segment } of letters.segment(text)) {
    taken += widthOf(segment)
    if (taken > cells - 1) break
    kept += segment
  }
  return `${kept}…`
}
