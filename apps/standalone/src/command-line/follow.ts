import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from './api-client.ts'
import type { Screen } from './screen.ts'

export interface Watching {
  api: ApiClient
  screen: Screen
  signal: AbortSignal
}

/** What the server does by itself, and can be asked about: a job, an import. */
export interface Moving {
  phase: string
  problem: { code: string; message: string } | null
}

export interface Way<Thing extends Moving> {
  /** Where it is asked for. */
  path: string
  /** What it is at, as it stands before a bar: `Looking`. */
  what: string
  howFar(thing: Thing): { done: number; total: number | undefined }
}

/** Soon at first, for most are small; then now and then. */
const nextLookMs = (looks: number) => Math.min(100 * 1.5 ** looks, 1000)

/** Waits while it is in one of these phases, shows how far it is, and tells why it stands still. @returns it as it is then */
export async function whilePhaseIs<Thing extends Moving>(
  phases: readonly Thing['phase'][],
  { thing, path, what, howFar }: Way<Thing> & { thing: Thing },
  { api, screen, signal }: Watching,
): Promise<Thing> {
  const progress = screen.progress(what)
  let current = thing
  let toldOf: string | undefined
  for (let looks = 0; phases.includes(current.phase); looks += 1) {
    const { problem } = current
    const { done, total } = howFar(current)
    progress.update(done, total)
    if (problem && problem.code !== toldOf) screen.tell(`It stands still: ${problem.message}`)
    toldOf = problem?.code
    await sleep(nextLookMs(looks), undefined, { signal })
    current = await api.get(path)
  }
  progress.clear()
  return current
}
