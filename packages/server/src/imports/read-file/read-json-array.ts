import { longestRowBytes, malformed, type FileRow } from './file-row.ts'
import { toRow } from './to-row.ts'

const quote = 0x22
const backslash = 0x5c
const newline = 0x0a
const openers = new Set([0x7b, 0x5b])
const closers = new Set([0x7d, 0x5d])
const isSpace = (code: number) => code === 0x20 || code === newline || code === 0x0d || code === 0x09

/**
 * The objects of a JSON array, one by one. Only where each ends is found out here, by brackets and strings, and its text is left to JSON.parse:
 * libraries that stream JSON take it apart to its last token, which is slower by far, and count no lines.
 */
export async function* readJsonArray(texts: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let kept = '' // what came before of the object that is open
  let line = 1
  let startLine = 1
  let depth = 0
  let isInString = false
  let isEscaped = false
  /** What may come next between objects. */
  let expects: 'array' | 'first' | 'object' | 'comma' | 'end' = 'array'
  for await (const text of texts) {
    let from = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code === newline) line += 1
      if (depth > 0) {
        if (isEscaped) isEscaped = false
        else if (isInString) {
          if (code === backslash) isEscaped = true
          else if (code === quote) isInString = false
        } else if (code === quote) isInString = true
        else if (openers.has(code)) depth += 1
        else if (closers.has(code) && --depth === 0) {
          yield toRow(startLine, kept + text.slice(from, at + 1))
          kept = ''
          expects = 'comma'
        }
        continue
      }
      if (isSpace(code)) continue
      const character = text[at]
      if (expects === 'array' && character === '[') expects = 'first'
      else if (expects === 'comma' && character === ',') expects = 'object'
      else if ((expects === 'first' || expects === 'comma') && character === ']') expects = 'end'
      else if ((expects === 'first' || expects === 'object') && character === '{') {
        depth = 1
        from = at
        startLine = line
      } else throw malformed(line, expects === 'end' ? 'there is more after the array.' : 'an array of objects is expected.') // prettier-ignore
    }
    if (depth > 0) kept += text.slice(from)
    if (kept.length > longestRowBytes) throw malformed(startLine, `a row is longer than ${longestRowBytes} bytes.`)
  }
  if (expects !== 'end') throw malformed(line, 'the array is not closed.')
}
