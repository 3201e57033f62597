import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ApiClient, Query } from './api-client.ts'
import { openExportFile } from './export-file.ts'
import { CommandFailed, exitCodes } from './failure.ts'

export interface Outgoing {
  /** Of the API. */
  path: string
  query: Query
  /** A file; undefined: standard output. */
  out: string | undefined
  /** Whether it may take the place of a file that is there. */
  isReplaced: boolean
  /** What it goes through on its way, told what the server says before it. */
  through?: (headers: Headers) => Transform
}

/**
 * Writes down what the server sends, as it comes. A file has its name when all of it is there.
 * @throws CommandFailed
 */
export async function takeOut(
  { api, signal }: { api: ApiClient; signal: AbortSignal },
  { path, query, out, isReplaced, through }: Outgoing,
): Promise<void> {
  const file = out === undefined ? undefined : await openExportFile(out, { isReplaced })
  try {
    const response = await api.stream(path, query)
    if (!response.body) throw new CommandFailed(exitCodes.unavailable, 'no-content', 'The server sent nothing.')
    // The body is the same thing by two names: Node's streams take its own.
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
    const way = through ? [body, through(response.headers)] : [body]
    await pipeline([...way, file?.content ?? process.stdout], { end: file !== undefined, signal })
    await file?.finish()
  } catch (error) {
    await file?.discard()
    signal.throwIfAborted()
    if (error instanceof CommandFailed) throw error
    throw toFailure(error)
  }
}

function toFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const isOurs = 'code' in error && ['ENOSPC', 'EACCES', 'EIO', 'EDQUOT', 'EFBIG'].includes(String(error.code))
  if (isOurs)
    return new CommandFailed(exitCodes.failed, 'cannot-write', `It cannot be written: ${error.message}.`, {
      cause: error,
    })
  return new CommandFailed(exitCodes.unavailable, 'export-broken', 'The server broke off in the middle.', {
    hints: [error.message],
    cause: error,
  })
}
