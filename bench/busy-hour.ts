import type { HttpRequest, Sample } from './load/load.ts'
import { openLoadGenerator } from './load/open-load-generator.ts'
import { tenantUser, type Site } from './site.ts'

export interface BusyHour {
  searches: Sample
  reads: Sample
  changes: Sample
}

/** Family names, first names, hosts, pieces of them, and what nobody has: as people type them. */
const typed = ['com', 'gmail', 'smith', 'emma', 'ann', 'ovi', 'zof', 'son@', 'mar', 'initech', 'qqxyzzyqq']

/**
 * Sixteen people at work, each asking something about seven times a second, while the tenant changes fifty users a second and the directory follows: a
 * quarter of them search as they type, the others open lists, go on in them, look for an address, open a user. As in the dashboard a page of matches comes
 * without its count, which is asked for where typing pauses: here among the other reads.
 */
export async function measureBusyHour(site: Site, milliseconds: number): Promise<BusyHour> {
  const [searchers, others, writers] = [openLoadGenerator(), openLoadGenerator(), openLoadGenerator()]
  const headers = { authorization: `Bearer ${site.apiToken}` }
  const get = (path: string): HttpRequest => ({ url: `${site.rollcallUrl}/api/${path}`, method: 'GET', headers })
  const find = (filter: string) => get(`users?limit=50&filter=${encodeURIComponent(filter)}`)
  const search = () => {
    const requests = typed.map((text) => get(`users?limit=50&count=none&filter=${encodeURIComponent(text)}`))
    return searchers.run({ kind: 'http', connections: 4, pauseMs: 150, requests }, milliseconds)
  }
  const read = () => {
    const requests = [
      get('users?limit=50'),
      find(`email:"${site.email}"`),
      get(`users?limit=50&after=${site.halfway.cursor}`),
      get('users?limit=50'),
      find('app_metadata.plan:gold'),
      find('blocked:true'),
      ...typed.slice(0, 3).map((text) => get(`users/count?most=1000&filter=${encodeURIComponent(text)}`)),
    ]
    return others.run({ kind: 'http', connections: 12, pauseMs: 150, requests }, milliseconds)
  }
  const change = () => {
    const body = JSON.stringify({ app_metadata: { seen_in_bench: true } })
    const requests = site.someUserIds.map((userId): HttpRequest => ({
      ...tenantUser(site, userId),
      method: 'PATCH',
      body,
    }))
    return writers.run({ kind: 'http', connections: 10, pauseMs: 190, requests }, milliseconds)
  }
  try {
    await Promise.all([search(), read()])
    const [searches, reads, changes] = await Promise.all([search(), read(), change()])
    return { searches, reads, changes }
  } finally {
    await Promise.all([searchers.close(), others.close(), writers.close()])
  }
}
