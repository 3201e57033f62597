import { join } from 'node:path'
import { spreadOf } from './compare.ts'
import type { Finding } from './report.ts'
import { startRollcall } from './rollcall-process.ts'

/** Starts in turn: each time on a fresh folder, then once more on the same. */
export async function measureStarts(folder: string, { rounds }: { rounds: number }): Promise<Finding[]> {
  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const dataFolder = join(folder, `start-${round}`)
    for (const seconds of [cold, warm]) {
      const rollcall = await startRollcall(dataFolder)
      seconds.push(rollcall.secondsToFirstPage)
      await rollcall.stop()
    }
  }
  const finding = (what: string, seconds: number[], value: number): Finding => {
    return { name: 'start', what, unit: 's', measured: spreadOf(seconds), target: { bound: 'at most', value } }
  }
  return [
    finding('npm start to the first page, fresh folder, 1,000 demo users', cold, 3),
    finding('npm start to the first page, again', warm, 1.5),
  ]
}
