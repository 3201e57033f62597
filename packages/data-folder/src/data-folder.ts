import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { takeProcessLock } from './process-lock.ts'

/** Why a data folder cannot be used, in a sentence for the person who started the program. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable'
}

/** What a program keeps between its starts: one folder, held by one program at a time. */
export interface DataFolder {
  path: string
  /** The path of a file in it. */
  file(name: string): string
  /** Random bytes that only this folder's owner can read, made at the first call. */
  secret(name: string, bytes: number): Promise<Buffer>
  /** @returns undefined when there is no such file */
  readJson(name: string): Promise<unknown>
  /** Appears whole or not at all, also when we are killed in the middle. */
  writeJson(name: string, value: unknown, mode: number): Promise<void>
  /** Lets another program have the folder. */
  release(): Promise<void>
}

/**
 * Makes the folder if need be and takes it for this process.
 * @throws DataFolderUnusable when another running program holds it, or when it cannot be written
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const file = (name: string) => join(path, name)
  try {
    await mkdir(path, { recursive: true })
    const lock = await takeProcessLock(file('program.lock'))
    if (!lock.isHeld) {
      throw new DataFolderUnusable(
        `The data folder ${path} is in use by process ${lock.holder.pid}${await whereItRuns(file('run.json'))}. ` +
          'Stop that one first, or set ROLLCALL_DATA to another folder.',
      )
    }
    return {
      path,
      file,
      secret: (name, bytes) => readOrCreateSecret(file(name), bytes),
      readJson: (name) => readJson(file(name)),
      writeJson: (name, value, mode) => writeWhole(file(name), `${JSON.stringify(value, null, 2)}\n`, mode),
      release: lock.release,
    }
  } catch (error) {
    if (error instanceof DataFolderUnusable) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new DataFolderUnusable(
      `The data folder ${path} cannot be used (${code ?? message}). Make it writable, or set ROLLCALL_DATA to another folder.`,
      { cause: error },
    )
  }
}

async function whereItRuns(runFile: string): Promise<string> {
  const run = await readJson(runFile)
  const isRun = typeof run === 'object' && run !== null && 'dashboardUrl' in run
  return isRun && typeof run.dashboardUrl === 'string' ? ` (${run.dashboardUrl})` : ''
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new DataFolderUnusable(`${path} cannot be read. Remove it, and it will be written anew.`, { cause: error })
  }
}

async function readOrCreateSecret(path: string, bytes: number): Promise<Buffer> {
  const draft = `${path}.${randomUUID()}`
  try {
    await writeFileSynced(draft, randomBytes(bytes).toString('base64url'), 0o600)
    // A link is made only where nothing stands: whoever comes second reads what the first has written.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await unlink(draft)
  }
  const secret = Buffer.from(await readFile(path, 'utf8'), 'base64url')
  if (secret.length !== bytes) {
    throw new DataFolderUnusable(
      `${path} is damaged: it should hold ${bytes} bytes. Restore it from a backup; without it, what it seals is lost.`,
    )
  }
  return secret
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  await writeFileSynced(draft, text, mode)
  await rename(draft, path)
}

async function writeFileSynced(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await chmod(path, mode) // whatever the umask
}
