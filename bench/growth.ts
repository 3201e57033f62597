import { join } from 'node:path'
import type { Load, Sample } from './load/load.ts'
import type { LoadGenerator } from './load/open-load-generator.ts'
import { spreadOf, type Rounds } from './compare.ts'
import type { Finding } from './report.ts'
import { seed, startRollcall } from './rollcall-process.ts'
import { rollcall } from './rows.ts'
import { describeSite, type Site } from './site.ts'

const sizes = [10_000, 100_000, 1_000_000]

interface Cost {
  name: string
  what: string
  load: (site: Site) => Load
}

const costs: Cost[] = [
  { name: 'growth-list', what: 'list', load: (site) => rollcall(site, 'users?limit=50') },
  // As the dashboard asks: the page while somebody types, its count where they pause.
  {
    name: 'growth-search',
    what: 'substring search',
    load: (site) => rollcall(site, `users?limit=50&count=none&filter=${encodeURIComponent(site.searchText)}`),
  },
  {
    name: 'growth-count',
    what: 'how many that finds, up to 1,000',
    load: (site) => rollcall(site, `users/count?most=1000&filter=${encodeURIComponent(site.searchText)}`),
  },
  { name: 'growth-get', what: 'one user', load: (site) => rollcall(site, `users/${encodeURIComponent(site.userId)}`) },
  {
    name: 'growth-delete',
    what: 'delete',
    load: ({ rollcallUrl, apiToken, someUserIds }) => ({
      kind: 'http',
      connections: 1,
      times: someUserIds.length,
      requests: someUserIds.map((userId) => ({
        url: `${rollcallUrl}/api/users/${encodeURIComponent(userId)}`,
        method: 'DELETE',
        headers: { authorization: `Bearer ${apiToken}` },
      })),
    }),
  },
]

/**
 * What the same costs with ten thousand, a hundred thousand and a million users.
 * @param place `kept`: a folder whose folders `growth-10000` and so on are made once and used again; else one is filled further each time
 */
export async function measureGrowth(
  { folder, kept, generator }: { folder: string; kept: string | undefined; generator: LoadGenerator },
  { rounds, milliseconds }: Rounds,
): Promise<Finding[]> {
  const taken = new Map<string, number[]>(costs.map(({ name }) => [name, []]))
  for (const users of sizes) {
    const dataFolder = kept === undefined ? join(folder, 'growth') : join(kept, `growth-${users}`)
    await seed(dataFolder, users)
    const process = await startRollcall(dataFolder, ['--no-demo'])
    const measureAll = async () => {
      const site = await describeSite(process, dataFolder)
      for (const { name, load } of costs) taken.get(name)?.push(await p50Of(load(site)))
    }
    try {
      await process.whileItRuns(measureAll())
    } finally {
      await process.stop()
    }
  }
  return costs.map(({ name, what }): Finding => {
    const [least = Number.NaN, ...more] = taken.get(name) ?? []
    const most = more.at(-1) ?? Number.NaN
    const between = more.slice(0, -1).map((ms) => `${ms.toPrecision(3)} ms`)
    return {
      name,
      what: `Rollcall: ${what}, 1,000,000 users (100,000: ${between.join()})`,
      unit: 'ms',
      measured: spreadOf([most]),
      reference: { what: 'with 10,000', value: spreadOf([least]), ratio: spreadOf([most / least]) },
      target: { bound: 'at most', value: 2 },
    }
  })

  async function p50Of(load: Load): Promise<number> {
    const samples: Sample[] = []
    // Nobody is deleted twice.
    const times = load.times === undefined ? rounds : 1
    if (load.times === undefined) await generator.run(load, milliseconds)
    for (let round = 0; round < times; round += 1)
      samples.push(await generator.run(load, load.times ? 60_000 : milliseconds))
    return spreadOf(samples.map(({ p50Ms }) => p50Ms)).median
  }
}
