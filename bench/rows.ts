import type { Load, Sample, Statement } from './load/load.ts'
import { skewedWord, type Site } from './site.ts'

/** A load, beside another or by itself, as one line of the table. */
export interface Row {
  name: string
  what: string
  metric: keyof Sample
  measured: (site: Site) => Load
  reference?: { what: string; load: (site: Site) => Load }
  /** Of the ratio, or of the figure itself where there is no reference. Absent: printed for orientation. */
  target?: { bound: 'at most' | 'at least'; value: number }
}

const get = (url: string, token: string, connections: number): Load => {
  return {
    kind: 'http',
    requests: [{ url, method: 'GET', headers: { authorization: `Bearer ${token}` } }],
    connections,
  }
}
export const rollcall = (site: Site, path: string, connections = 1): Load =>
  get(`${site.rollcallUrl}/api/${path}`, site.apiToken, connections)
const tenant = (site: Site, path: string, connections = 1) =>
  get(`${site.tenantUrl}/api/v2/${path}`, site.managementToken, connections)
const tokens = (tenantUrl: string, bodies: string[]): Load => {
  const headers = { 'content-type': 'application/json' }
  const requests = bodies.map((body) => ({ url: `${tenantUrl}/oauth/token`, method: 'POST' as const, headers, body }))
  return { kind: 'http', requests, connections: 10 }
}
const signing = { what: 'bare RS256 signing, 10 at a time', load: (): Load => ({ kind: 'signing', connections: 10 }) }
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
export const byEmail = ({ email }: Site): Statement => ({
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

/** What is drawn; each is to be there before anybody wonders. */
const charts: { name: string; what: string; path: string }[] = [
  {
    name: 'chart-activity',
    what: 'sign-ups, sign-ins, failures and active users of 180 days',
    path: 'activity?days=180',
  },
  ...(
    [
      'sign_ups',
      'connection',
      'role',
      'organization',
      'email_verified',
      'mfa',
      'blocked',
      'last_seen',
      'duplicates',
    ] as const
  ).map((by) => ({ name: `chart-${by}`, what: `users by ${by}`, path: `users/breakdown?by=${by}` })),
]

/** @param addresses of the servers that are there to be compared with */
export function rowsOf(addresses: { floor: string; naiveProxy: string }): Row[] {
  const plain = (url: string, connections: number) => () => get(url, 'none', connections)
  return [
    {
      name: 'floor',
      what: 'the list’s bytes, ready, from bare node:http',
      metric: 'p50Ms',
      measured: plain(`${addresses.floor}/`, 1),
      reference: { what: 'bare SQL of the 50 users', load: (site) => sql(site, page) },
    },
    {
      name: 'tenant-list',
      what: 'tenant: GET /api/v2/users, 50 with total',
      metric: 'p50Ms',
      target: { bound: 'at most', value: 3 },
      measured: (site) => tenant(site, 'users?include_totals=true&per_page=50&sort=created_at:-1'),
      reference: { what: 'bare SQL of the 50 users', load: (site) => sql(site, tenantPage) },
    },
    {
      name: 'list',
      what: 'Rollcall: GET /api/users, the first 50 and how many there are',
      metric: 'p50Ms',
      target: { bound: 'at most', value: 3 },
      measured: (site) => rollcall(site, 'users?limit=50'),
      reference: { what: 'bare SQL of the 50 users', load: (site) => sql(site, page) },
    },
    {
      name: 'list-far',
      what: 'Rollcall: the same after half of all users, by cursor',
      metric: 'p50Ms',
      target: { bound: 'at most', value: 3 },
      measured: (site) => rollcall(site, `users?limit=50&after=${site.halfway.cursor}`),
      reference: { what: 'bare SQL of the 50 users', load: (site) => sql(site, farPage(site)) },
    },
    {
      name: 'floor-email',
      what: 'the user’s row, from bare node:http that asks the bare driver',
      metric: 'p50Ms',
      measured: plain(`${addresses.floor}/row`, 1),
      reference: { what: 'bare SQL of the user', load: (site) => sql(site, byEmail(site)) },
    },
    {
      name: 'email',
      what: 'Rollcall: GET /api/users?filter=email:…, exact',
      metric: 'p50Ms',
      target: { bound: 'at most', value: 3 },
      measured: (site) => rollcall(site, `users?filter=${encodeURIComponent(`email:"${site.email}"`)}`),
      reference: { what: 'bare SQL of the user', load: (site) => sql(site, byEmail(site)) },
    },
    ...searches.map(({ name, what, text }): Row => ({
      name,
      what: `Rollcall: GET /api/users?filter=, ${what}, 50 and a count up to 1,000`,
      metric: 'p50Ms',
      measured: (site) => rollcall(site, `users?filter=${encodeURIComponent(text(site))}`),
      reference: { what: 'bare SQL of the hits and the same count', load: (site) => sql(site, ...found(text(site))) },
    })),
    ...charts.map(({ name, what, path }): Row => ({
      name,
      what: `Rollcall: chart, ${what}`,
      metric: 'p50Ms',
      target: { bound: 'at most', value: 300 },
      measured: (site) => rollcall(site, path),
    })),
    {
      name: 'get',
      what: 'Rollcall: GET /api/users/{id} (through the tenant)',
      metric: 'p50Ms',
      measured: (site) => rollcall(site, `users/${encodeURIComponent(site.userId)}`),
      reference: { what: 'bare SQL of the user', load: (site) => sql(site, oneUser(site)) },
    },
    {
      name: 'token',
      what: 'tenant: POST /oauth/token, client_credentials, 10 connections',
      metric: 'perSecond',
      target: { bound: 'at least', value: 0.6 },
      measured: ({ tenantUrl, tokenRequest }) => tokens(tenantUrl, [tokenRequest]),
      reference: signing,
    },
    {
      name: 'token-apart',
      what: 'tenant: the same, no two of a second with the same claims',
      metric: 'perSecond',
      measured: ({ tenantUrl, tokenRequestsApart }) => tokens(tenantUrl, tokenRequestsApart),
      reference: signing,
    },
    {
      name: 'proxy',
      what: 'Rollcall: GET /api/users, 10 connections',
      metric: 'perSecond',
      target: { bound: 'at least', value: 2 },
      measured: (site) => rollcall(site, 'users?limit=50', 10),
      reference: { what: 'a naive proxy of the same list', load: plain(addresses.naiveProxy, 10) },
    },
  ]
}
