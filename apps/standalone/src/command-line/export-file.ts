import { once } from 'node:events'
import { constants, createWriteStream } from 'node:fs'
import { access, rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { CommandFailed, exitCodes, misused } from './failure.ts'

export interface ExportFile {
  content: Writable
  /** It is whole: now it gets its name. */
  finish(): Promise<void>
  /** It is not, and goes. */
  discard(): Promise<void>
}

/**
 * A file that has its name when it is whole and not before, also when we are killed in the middle. It holds personal data: nobody else reads it.
 * @throws CommandFailed when something has the name already, or the folder cannot be written
 */
export async function openExportFile(path: string, { isReplaced }: { isReplaced: boolean }): Promise<ExportFile> {
  await checkPlace(path, { isReplaced })
  const draft = `${path}.${process.pid}.part`
  const content = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true })
  await once(content, 'open').catch((error: unknown) => {
    throw new CommandFailed(exitCodes.failed, 'cannot-write', `${path} cannot be written: ${(error as Error).message}.`)
  })
  return {
    content,
    finish: () => rename(draft, path),
    async discard() {
      if (!content.closed) await once(content.destroy(), 'close')
      await rm(draft, { force: true })
    },
  }
}

/** @throws CommandFailed when something has the name already */
export async function checkPlace(path: string, { isReplaced }: { isReplaced: boolean }): Promise<void> {
  if (!isReplaced && (await isThere(path))) throw misused(`${path} is there already.`, 'Write --force to replace it.')
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK)
    return true
  } catch {
    return false
  }
}
