import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import type { Outgoing } from '../api-client.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import type { Progress } from '../progress.ts'

export interface Input extends Outgoing {
  /** To tell it from others. */
  name: string
}

const bytesShown = 1024

/**
 * A file that is to be imported, or standard input where `-` stands in its place.
 * @param progress told how much has been read, in KiB
 * @throws CommandFailed for what cannot be read, also in the middle
 */
export async function openInput(
  written: string,
  { stdin, progress }: { stdin: Readable; progress: Progress },
): Promise<Input> {
  if (written === '-') return { name: 'standard input', read: () => counted(stdin, progress), isRepeatable: false }
  const file = await open(written).catch((error: unknown) => {
    throw misused(`${written} cannot be read: ${(error as Error).message}.`)
  })
  const stat = await file.stat()
  if (stat.isFile()) await file.close()
  if (stat.isDirectory()) throw misused(`${written} is a folder.`)
  return {
    name: basename(written).slice(-200),
    async *read() {
      // What is no file, such as a named pipe, is opened once.
      const content = stat.isFile() ? await open(written) : file
      yield* counted(content.createReadStream(), progress, stat.isFile() ? stat.size : undefined)
    },
    isRepeatable: stat.isFile(),
  }
}

async function* counted(content: Readable, progress: Progress, size?: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      yield chunk
      bytes += chunk.length
      progress.update(bytes / bytesShown, size === undefined ? undefined : size / bytesShown)
    }
  } catch (error) {
    throw new CommandFailed(exitCodes.failed, 'cannot-read', `It cannot be read: ${(error as Error).message}.`)
  } finally {
    progress.clear()
  }
}
