import { readFile, readdir } from 'node:fs/promises'

export interface Memory {
  /** Pages that processes share are counted in each of them. */
  residentMiB: number
  /** Shared pages are counted once: what would be free if all of them ended. */
  proportionalMiB: number
  processes: number
}

/** Of a process and all its descendants, read from /proc: Linux only. */
export async function memoryOf(root: number): Promise<Memory> {
  const family = await familyOf(root)
  const sums = { residentMiB: 0, proportionalMiB: 0, processes: 0 }
  for (const pid of family) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    if (rollup === '') continue // PostgreSQL's workers come and go: this one has ended meanwhile
    sums.processes += 1
    sums.residentMiB += kibibytes(rollup, 'Rss') / 1024
    sums.proportionalMiB += kibibytes(rollup, 'Pss') / 1024
  }
  return sums
}

/**
 * Looks again and again at how much the largest of the Node processes below this one holds: the program, beside its launchers and PostgreSQL.
 * @returns what ends it, with how much that was at first and at its highest
 */
export async function watchProgram(root: number): Promise<() => { beforeMiB: number; highestMiB: number }> {
  const rss = async (pid: number) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    return /^Name:\s+(node|MainThread)$/m.test(status) ? kibibytes(status, 'VmRSS') / 1024 : 0
  }
  const sizes = await Promise.all([...(await familyOf(root))].map(async (pid) => ({ pid, mib: await rss(pid) })))
  const program = sizes.reduce((most, one) => (one.mib > most.mib ? one : most))
  let highestMiB = program.mib
  const timer = setInterval(() => {
    void rss(program.pid).then((mib) => (highestMiB = Math.max(highestMiB, mib)))
  }, 250)
  return () => {
    clearInterval(timer)
    return { beforeMiB: program.mib, highestMiB }
  }
}

async function familyOf(root: number): Promise<Set<number>> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (Number.isInteger(pid)) parents.set(pid, await parentOf(pid))
  }
  const family = new Set([root])
  for (let before = 0; before < family.size;) {
    before = family.size
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid)
  }
  return family
}

/** @returns 0 for a process that has ended meanwhile */
async function parentOf(pid: number): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

function kibibytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1])
}
