import type { Load, Sample, Statement } from './load/load.ts'
import { skewedWord, type Site } from './site.ts'

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

const tenantPage: Statement = {
  text: 'SELECT * FROM tenant.users ORDER BY created_at DESC, user_id DESC LIMIT 50',
  values: [],
}
const page: Statement = {
  text: 'SELECT * FROM rollcall.users ORDER BY created_at DESC, user_id DESC LIMIT 50',
  values: [],
}
const farPage = ({ halfway }: Site): Statement => ({
  text: `SELECT * FROM rollcall.users WHERE (created_at, user_id) < ($1, $2) ORDER BY created_at DESC, user_id DESC LIMIT 50`,
  values: [halfway.createdAt, halfway.userId],
})
const byEmail = ({ email }: Site): Statement => ({
  text: 'SELECT * FROM rollcall.users WHERE email_key = $1',
  values: [email.toLowerCase()],
})
const oneUser = ({ userId }: Site): Statement => {
  return { text: 'SELECT * FROM tenant.users WHERE user_id = $1', values: [userId] }
}
const found = (text: string): Statement[] => {
  const values = [`%${text}%`]
  return [
    {
      text: `SELECT u.* FROM (SELECT user_id, created_at FROM rollcall.user_search WHERE txt LIKE $1
             ORDER BY created_at DESC, user_id DESC LIMIT 50) AS hit JOIN rollcall.users u USING (user_id)`,
      values,
    },
    {
      text: 'SELECT count(*) FROM (SELECT 1 FROM rollcall.user_search WHERE txt LIKE $1 LIMIT 1001) AS counted',
      values,
    },
  ]
}

/** What is typed: from what most have to what nobody has. */
const searches: { name: string; what: string; text: (site: Site) => string }[] = [
  { name: 'search', what: 'a family name', text: ({ searchText }) => searchText },
  { name: 'search-common', what: '“com”, which most have', text: () => 'com' },
  { name: 'search-none', what: 'what nobody has', text: () => 'qqxyzzyqq' },
  { name: 'search-skewed', what: 'what the oldest tenth has', text: () => skewedWord },
  { name: 'search-two', what: 'two letters', text: () => 'an' },
  { name: 'search-one', what: 'one letter', text: () => 'a' },
]

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
      against: (site) => sql(site, page),
    },
    {
      name: 'tenant-list',
      what: 'tenant: GET /api/v2/users, 50 with total',
      reference: 'bare SQL of the 50 users',
      metric: 'p50Ms',
      target: { bound: 'at most', ratio: 3 },
      measured: (site) => tenant(site, 'users?include_totals=true&per_page=50&sort=created_at:-1'),
      against: (site) => sql(site, tenantPage),
    },
    {
      name: 'list',
      what: 'Rollcall: GET /api/users, the first 50 and how many there are',
      reference: 'bare SQL of the 50 users',
      metric: 'p50Ms',
      target: { bound: 'at most', ratio: 3 },
      measured: (site) => rollcall(site, 'users?limit=50'),
      against: (site) => sql(site, page),
    },
    {
      name: 'list-far',
      what: 'Rollcall: the same after half of all users, by cursor',
      reference: 'bare SQL of the 50 users',
      metric: 'p50Ms',
      target: { bound: 'at most', ratio: 3 },
      measured: (site) => rollcall(site, `users?limit=50&after=${site.halfway.cursor}`),
      against: (site) => sql(site, farPage(site)),
    },
    {
      name: 'email',
      what: 'Rollcall: GET /api/users?filter=email:…, exact',
      reference: 'bare SQL of the user',
      metric: 'p50Ms',
      target: { bound: 'at most', ratio: 3 },
      measured: (site) => rollcall(site, `users?filter=${encodeURIComponent(`email:"${site.email}"`)}`),
      against: (site) => sql(site, byEmail(site)),
    },
    ...searches.map(({ name, what, text }): Row => ({
      name,
      what: `Rollcall: GET /api/users?filter=, ${what}, 50 and a count up to 1,000`,
      reference: 'bare SQL of the hits and the same count',
      metric: 'p50Ms',
      measured: (site) => rollcall(site, `users?filter=${encodeURIComponent(text(site))}`),
      against: (site) => sql(site, ...found(text(site))),
    })),
    {
      name: 'get',
      what: 'Rollcall: GET /api/users/{id} (through the tenant)',
      reference: 'bare SQL of the user',
      metric: 'p50Ms',
      measured: (site) => rollcall(site, `users/${encodeURIComponent(site.userId)}`),
      against: (site) => sql(site, oneUser(site)),
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
      measured: (site) => rollcall(site, 'users?limit=50', 10),
      against: plain(addresses.naiveProxy, 10),
    },
  ]
}
