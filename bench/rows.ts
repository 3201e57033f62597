import type { Load, Sample, Statement } from './load/load.ts'
import type { Site } from './site.ts'

export interface Target {
  bound: 'at most' | 'at least'
  ratio: number
}

/** A comparison of two loads, as one line of the table. */
export interface Row {
  name: string
  what: string
  reference: string
  metric: keyof Sample
  /** Absent: printed for orientation. */
  target?: Target
  measured: (site: Site) => Load
  against: (site: Site) => Load
}

const get = (url: string, token: string, connections: number): Load => {
  return { kind: 'http', url, method: 'GET', headers: { authorization: `Bearer ${token}` }, connections }
}
const rollcall = (site: Site, path: string, connections = 1) =>
  get(`${site.rollcallUrl}/api/${path}`, site.apiToken, connections)
const tenant = (site: Site, path: string, connections = 1) =>
  get(`${site.tenantUrl}/api/v2/${path}`, site.managementToken, connections)
const sql = ({ databaseUrl }: Site, ...statements: Statement[]): Load => {
  return { kind: 'sql', databaseUrl, statements, connections: 1 }
}

const firstPage: Statement = {
  text: 'SELECT * FROM tenant.users ORDER BY created_at DESC, user_id DESC LIMIT 50',
  values: [],
}
const oneUser = ({ userId }: Site): Statement => {
  return { text: 'SELECT * FROM tenant.users WHERE user_id = $1', values: [userId] }
}
const found = ({ searchText }: Site): Statement[] => {
  const values = [`%${searchText}%`]
  return [
    {
      text: `SELECT u.* FROM (SELECT user_id, created_at FROM tenant.user_search WHERE txt LIKE $1
             ORDER BY created_at DESC, user_id DESC LIMIT 50) AS hit JOIN tenant.users u USING (user_id)`,
      values,
    },
    { text: 'SELECT count(*) FROM tenant.user_search WHERE txt LIKE $1', values },
  ]
}

/** @param addresses of the servers that are there to be compared with */
export function rowsOf(addresses: { floor: string; naiveProxy: string }): Row[] {
  const plain = (url: string, connections: number) => () => get(url, 'none', connections)
  return [
    {
      name: 'floor',
      what: 'the list’s bytes, ready, from bare node:http',
      reference: 'bare SQL of the 50 users',
      metric: 'p50Ms',
      measured: plain(addresses.floor, 1),
      against: (site) => sql(site, firstPage),
    },
    {
      name: 'tenant-list',
      what: 'tenant: GET /api/v2/users, 50 with total',
      reference: 'bare SQL of the 50 users',
      metric: 'p50Ms',
      target: { bound: 'at most', ratio: 3 },
      measured: (site) => tenant(site, 'users?include_totals=true&per_page=50&sort=created_at:-1'),
      against: (site) => sql(site, firstPage),
    },
    {
      name: 'list',
      what: 'Rollcall: GET /api/users, 50 with total (through the tenant)',
      reference: 'bare SQL of the 50 users',
      metric: 'p50Ms',
      target: { bound: 'at most', ratio: 3 },
      measured: (site) => rollcall(site, 'users?perPage=50'),
      against: (site) => sql(site, firstPage),
    },
    {
      name: 'get',
      what: 'Rollcall: GET /api/users/{id} (through the tenant)',
      reference: 'bare SQL of the user',
      metric: 'p50Ms',
      measured: (site) => rollcall(site, `users/${encodeURIComponent(site.userId)}`),
      against: (site) => sql(site, oneUser(site)),
    },
    {
      name: 'search',
      what: 'Rollcall: GET /api/users?search=, 50 with total',
      reference: 'bare SQL of the hits and their count',
      metric: 'p50Ms',
      measured: (site) => rollcall(site, `users?perPage=50&search=${encodeURIComponent(site.searchText)}`),
      against: (site) => sql(site, ...found(site)),
    },
    {
      name: 'token',
      what: 'tenant: POST /oauth/token, client_credentials, 10 connections',
      reference: 'bare RS256 signing, 10 at a time',
      metric: 'perSecond',
      target: { bound: 'at least', ratio: 0.6 },
      measured: ({ tenantUrl, tokenRequest: body }) => {
        const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
        return { kind: 'http', url: `${tenantUrl}/oauth/token`, method: 'POST', headers, body, connections: 10 }
      },
      against: () => ({ kind: 'signing', connections: 10 }),
    },
    {
      name: 'proxy',
      what: 'Rollcall: GET /api/users, 10 connections',
      reference: 'a naive proxy of the same list',
      metric: 'perSecond',
      target: { bound: 'at least', ratio: 2 },
      measured: (site) => rollcall(site, 'users?perPage=50', 10),
      against: plain(addresses.naiveProxy, 10),
    },
  ]
}
