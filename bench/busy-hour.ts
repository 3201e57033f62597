import type { Sample } from './load/load.ts'
import { openLoadGenerator } from './load/open-load-generator.ts'
import { tenantUser, type Site } from './site.ts'

/** Family names, first names, hosts, pieces of them, and what nobody has: as people type them. */
const typed = ['com', 'gmail', 'smith', 'emma', 'ann', 'ovi', 'zof', 'son@', 'mar', 'initech', 'qqxyzzyqq']

/**
 * Sixteen people search, each about seven times a second, while the tenant changes fifty users a second and the directory follows.
 * @returns how long they wait, and how many searches and changes there were a second
 */
export async function measureBusyHour(
  site: Site,
  milliseconds: number,
): Promise<{ searches: Sample; changes: Sample }> {
  const readers = openLoadGenerator()
  const writers = openLoadGenerator()
  const headers = { authorization: `Bearer ${site.apiToken}` }
  const ask = () =>
    readers.run(
      {
        kind: 'http',
        connections: 16,
        pauseMs: 150,
        requests: typed.map((text) => {
          return {
            url: `${site.rollcallUrl}/api/users?limit=50&filter=${encodeURIComponent(text)}`,
            method: 'GET' as const,
            headers,
          }
        }),
      },
      milliseconds,
    )
  const change = () =>
    writers.run(
      {
        kind: 'http',
        connections: 10,
        pauseMs: 190,
        requests: site.someUserIds.map((userId) => ({
          ...tenantUser(site, userId),
          method: 'PATCH' as const,
          body: JSON.stringify({ app_metadata: { seen_in_bench: true } }),
        })),
      },
      milliseconds,
    )
  try {
    await ask()
    const [searches, changes] = await Promise.all([ask(), change()])
    return { searches, changes }
  } finally {
    await Promise.all([readers.close(), writers.close()])
  }
}
