import type { ImportFormat } from '@rollcall/contracts/admin-api'
import { InvalidInput, TooLarge } from '@rollcall/http-kit'
import type { FileRow } from './file-row.ts'
import { delimiterOf, readCsv } from './read-csv.ts'
import { readJsonArray } from './read-json-array.ts'
import { readNdjson } from './read-ndjson.ts'

export interface OpenFile {
  format: ImportFormat
  rows: AsyncGenerator<FileRow>
  /** How many have been read. */
  bytes(): number
}

/** A million users with what Auth0 can be told of each; more is sent as several files. */
export const largestFileBytes = 1_073_741_824

/** As much of it as its kind is told by. */
const headBytes = 65_536

/**
 * Reads a file of users while it comes. Memory does not grow with it.
 * @param wanted undefined: told by how it begins
 * @throws InvalidInput `file-empty`, `file-not-utf8`, `file-malformed`; TooLarge `file-too-large`; while rows are read
 */
export async function openFile(body: AsyncIterable<Buffer>, wanted: ImportFormat | undefined): Promise<OpenFile> {
  let bytes = 0
  const source = counted(body, (more) => {
    bytes += more
    if (bytes > largestFileBytes) throw new TooLarge('file-too-large', `A file has at most ${largestFileBytes} bytes.`)
  })
  const head = await takeHead(source)
  // A mark of the byte order is no part of the first name.
  const start = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? head.subarray(3) : head
  const beginning = start.toString().trimStart()
  if (beginning === '') throw new InvalidInput('file-empty', 'The file is empty.')
  const format = wanted ?? (beginning.startsWith('[') ? 'json' : beginning.startsWith('{') ? 'ndjson' : 'csv')
  const whole = prepended(start, source)
  const rowsOf = {
    csv: () => readCsv(checkedUtf8(whole), delimiterOf(beginning.split(/[\r\n]/, 1)[0] ?? '')),
    json: () => readJsonArray(decoded(whole)),
    ndjson: () => readNdjson(decoded(whole)),
  }
  return { format, rows: rowsOf[format](), bytes: () => bytes }
}

async function* counted(body: AsyncIterable<Buffer>, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    count(chunk.length)
    yield chunk
  }
}

async function takeHead(source: AsyncGenerator<Buffer>): Promise<Buffer> {
  const taken: Buffer[] = []
  for (let size = 0; size < headBytes;) {
    const next = await source.next()
    if (next.done) break
    taken.push(next.value)
    size += next.value.length
  }
  return Buffer.concat(taken)
}

async function* prepended(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}

async function* decoded(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw isEncodingFault(error) ? notUtf8() : error
  }
}

/** Bytes as they are, once they are known to be text. */
async function* checkedUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    for await (const chunk of chunks) {
      decoder.decode(chunk, { stream: true })
      yield chunk
    }
    decoder.decode()
  } catch (error) {
    throw isEncodingFault(error) ? notUtf8() : error
  }
}

const isEncodingFault = (error: unknown) => error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA' // prettier-ignore

const notUtf8 = () =>
  new InvalidInput('file-not-utf8', 'The file is not UTF-8. A spreadsheet saves it so as “CSV UTF-8”.')
