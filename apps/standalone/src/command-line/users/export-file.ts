import { constants } from 'node:fs'
import { access, open, rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { CommandFailed, exitCodes, misused } from '../failure.ts'

export interface ExportFile {
  path: string
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
  if (!isReplaced && (await isThere(path))) throw misused(`${path} is there already.`, 'Write --force to replace it.')
  const draft = `${path}.${process.pid}.part`
  const file = await open(draft, 'wx', 0o600).catch((error: unknown) => {
    throw new CommandFailed(exitCodes.failed, 'cannot-write', `${path} cannot be written: ${(error as Error).message}.`)
  })
  const content = file.createWriteStream({ autoClose: false })
  return {
    path,
    content,
    async finish() {
      await file.sync()
      await file.close()
      await rename(draft, path)
    },
    async discard() {
      content.destroy()
      await file.close()
      await rm(draft, { force: true })
    },
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK)
    return true
  } catch {
    return false
  }
}
