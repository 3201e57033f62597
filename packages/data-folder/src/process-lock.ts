import { readFileSync } from 'node:fs'
import { link, open, readFile, rename, rm, unlink } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'

/** Which process holds a lock. A pid alone can be somebody else's by now; with the start time it cannot. */
export interface Holder {
  pid: number
  startTime: string
}

export type LockResult = { isHeld: true; release: () => Promise<void> } | { isHeld: false; holder: Holder }

/**
 * Takes a lock that a killed process cannot keep.
 * @param path the lock's file; it appears whole, with its holder's name in it, or not at all
 */
export async function takeProcessLock(path: string): Promise<LockResult> {
  const self: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
  const draft = `${path}.${randomUUID()}`
  const file = await open(draft, 'wx', 0o600)
  await file.writeFile(JSON.stringify(self))
  await file.close()
  try {
    for (;;) {
      // A hard link is made only where nothing stands: of two processes, one succeeds.
      const isTaken = await link(draft, path).then(
        () => false,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return true
          throw error
        },
      )
      if (!isTaken) return { isHeld: true, release: () => rm(path, { force: true }) }
      const holder = await readHolder(path)
      if (holder && isAlive(holder)) return { isHeld: false, holder }
      if (!holder) continue // released between our two looks
      const outcome = await replaceStale(path, { stale: holder, draft })
      if (outcome === 'replaced') return { isHeld: true, release: () => rm(path, { force: true }) }
      if (outcome !== 'changed') return { isHeld: false, holder: outcome }
    }
  } finally {
    await unlink(draft)
  }
}

/** Whether that very process still runs; a zombie does not. */
export function isAlive({ pid, startTime }: Holder): boolean {
  const current = startTimeOf(pid)
  return current !== undefined && (current === startTime || startTime === '')
}

/**
 * Puts our lock in the place of a dead holder's. Who may do so is decided by a lock of its own, named after the dead: nobody else touches the file
 * meanwhile, so it is never away, and never somebody's who lives. Whoever dies holding the right is replaced in the same way.
 * @returns the holder of the right, if it is somebody else: they are about to hold the lock
 */
async function replaceStale(
  path: string,
  { stale, draft }: { stale: Holder; draft: string },
): Promise<'replaced' | 'changed' | Holder> {
  const right = await takeProcessLock(`${path}.after-${stale.pid}-${stale.startTime}`)
  if (!right.isHeld) return right.holder
  try {
    const current = await readHolder(path)
    if (current?.pid !== stale.pid || current.startTime !== stale.startTime) return 'changed'
    const ours = `${path}.${randomUUID()}`
    await link(draft, ours)
    await rename(ours, path)
    return 'replaced'
  } finally {
    await right.release()
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder // written by ourselves, whole
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Clock ticks from boot to the start of a process (proc(5), field 22); where there is no /proc, only whether it is there. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may hold anything, spaces and parentheses too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    if (process.platform === 'linux') return undefined
  }
  try {
    process.kill(pid, 0)
    return ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined
  }
}
