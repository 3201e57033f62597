import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { misused } from './failure.ts'

/**
 * Users as they were written: on the command line, and where that says `-` a line each on standard input, or in a file. A line may be one of
 * `users list --json`, too. Nobody is there twice.
 * @throws CommandFailed for a file that cannot be read, when there is nobody, and for what can be nobody: before anything is done
 */
export async function readEntries(
  words: readonly string[],
  { file, option = 'ids', stdin }: { file: string | undefined; option?: string; stdin: Readable },
): Promise<string[]> {
  const entries = new Set<string>()
  for (const word of words) {
    if (word !== '-') entries.add(word.trim())
    else for await (const entry of entriesOf(stdin)) entries.add(entry)
  }
  if (file !== undefined) {
    try {
      for await (const entry of entriesOf(file === '-' ? stdin : createReadStream(file))) entries.add(entry)
    } catch (error) {
      if (!(error instanceof Error && 'errno' in error)) throw error
      throw misused(`--${option} ${file} cannot be read: ${error.message}.`)
    }
  }
  entries.delete('')
  if (entries.size === 0) throw misused('Say whom: ids or e-mail addresses, or - to read them from standard input.')
  const strange = [...entries].find((entry) => !/[|@]/.test(entry))
  if (strange !== undefined) throw misused(`${strange} is neither a user’s id (auth0|…) nor an e-mail address.`)
  return [...entries]
}

async function* entriesOf(stream: Readable): AsyncGenerator<string> {
  let number = 0
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    number += 1
    const text = line.replace(/^\ufeff/, '').trim()
    if (text === '' || text.startsWith('#')) continue
    yield text.startsWith('{') ? idOf(text, number) : text
  }
}

function idOf(text: string, number: number): string {
  try {
    const { userId, user_id: exported } = JSON.parse(text) as { userId?: unknown; user_id?: unknown }
    const id = userId ?? exported
    if (typeof id === 'string') return id
  } catch {
    // Said below: to whoever wrote the line it is all the same.
  }
  throw misused(`Line ${number} is neither an id nor JSON with a userId.`)
}
