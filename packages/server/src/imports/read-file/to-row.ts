import { notTooDeep } from './not-too-deep.ts'
import { longestRowBytes, malformed, type FileRow } from './file-row.ts'

/** An object of a JSON file. @throws InvalidInput `file-malformed` for one that is too long */
export function toRow(line: number, text: string): FileRow {
  if (text.length > longestRowBytes) throw malformed(line, `a row is longer than ${longestRowBytes} bytes.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { line, content: undefined, fault: 'not-json' } // what JSON.parse says repeats the text, which may hold secrets
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { line, content: undefined, fault: 'not-an-object' } // prettier-ignore
  if (!notTooDeep(value)) return { line, content: undefined, fault: 'too-deep' }
  return { line, content: value as Record<string, unknown> }
}
