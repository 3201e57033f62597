import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TooManyRequests } from '@rollcall/http-kit'
import type { Response } from 'express'

const contentTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
}

export interface ExportFile {
  /** Without its ending. */
  name: string
  format: keyof typeof contentTypes
  open(): Promise<{ content: Readable; total?: number }>
}

/**
 * Sends exports as files, so many at once: each holds a connection to the database for as long as its reader takes, and others need some too.
 * @returns how to send one; it throws TooManyRequests `too-many-exports`
 */
export function sendExports(most: number): (res: Response, file: ExportFile) => Promise<void> {
  let underWay = 0
  return async (res, { name, format, open }) => {
    if (underWay >= most) {
      throw new TooManyRequests('too-many-exports', `${most} exports are under way; ask again when one is done.`, 10)
    }
    underWay += 1
    try {
      const { content, total } = await open()
      res.setHeader('Content-Type', contentTypes[format])
      res.setHeader('Content-Disposition', `attachment; filename="${name}.${format}"`)
      if (total !== undefined) res.setHeader('X-Total-Count', total)
      await pipeline(content, res)
    } catch (error) {
      if (!hasReaderLeft(error)) throw error
    } finally {
      underWay -= 1
    }
  }
}

/** Cancelled, or gone: nobody is left to be told. */
const hasReaderLeft = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
