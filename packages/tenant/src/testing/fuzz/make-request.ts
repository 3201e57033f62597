import { authorizeFields, goodBody, queryNames } from './good-requests.ts'
import type { Known } from './good-requests.ts'
import type { Harvest } from './harvest.ts'
import { nounOf } from './harvest.ts'
import type { Route } from './list-routes.ts'
import { contentTypes, encodeText, nastyBodies, nastySegment, nastyTexts, nastyValue, spoil } from './nasty.ts'
import type { Random } from '@rollcall/test-kit/random'

export interface FuzzRequest {
  route: Route
  method: string
  /** With its query, encoded as it is sent. */
  path: string
  headers: Record<string, string>
  body: string | undefined
  /** Who asks: with every scope, with one, or with nothing that the Management API may take. */
  caller: 'full' | 'narrow' | 'stranger'
}

export interface Means {
  random: Random
  known: Known
  harvest: Harvest
  tokens: { full: string; narrow: string; foreign: string }
  /** Ids that a run lives on: they are asked for, and never changed. */
  spared: ReadonlySet<string>
}

export const isManagement = (path: string): boolean => path.startsWith('/api/v2')

/** One request to a route: good, nearly good, or nothing anybody would send. */
export function makeRequest(means: Means, chosen: Route): FuzzRequest {
  const { random } = means
  // Now and then a method that the route does not have.
  const method = random.chance(0.03) ? random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) : chosen.method
  const route = { ...chosen, method }
  const { authorization, caller } = chooseAuthorization(means, route)
  const takesBody = method === 'GET' || method === 'OPTIONS' ? random.chance(0.02) : true
  const { body, contentType } = takesBody ? makeBody(means, route) : { body: undefined, contentType: undefined }
  const cookie = isManagement(route.path) ? undefined : makeCookie(means)
  return {
    route,
    method,
    path: fillPath(means, route) + makeQuery(means, route),
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(contentType !== undefined && contentType !== '' && { 'content-type': contentType }),
      ...(cookie !== undefined && { cookie }),
      ...oddHeaders(random),
    },
    body,
    caller,
  }
}

function chooseAuthorization({ random, known, tokens }: Means, { path }: Route) {
  const odd = [
    'Bearer',
    'Bearer ',
    'Bearer a.b.c',
    `Bearer ${tokens.full}x`,
    'Basic !!',
    'Basic Og==',
    'DPoP x',
    `Basic ${Buffer.from('\u0000:%zz').toString('base64')}`,
    `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
    `bearer  ${tokens.full}`,
    'é',
  ]
  const stranger = (value: string | undefined) => ({ authorization: value, caller: 'stranger' as const })
  if (isManagement(path)) {
    if (random.chance(0.9)) return { authorization: `Bearer ${tokens.full}`, caller: 'full' as const }
    if (random.chance(0.3)) return { authorization: `Bearer ${tokens.narrow}`, caller: 'narrow' as const }
    return stranger(random.pick([undefined, `Bearer ${tokens.foreign}`, random.pick(odd)]))
  }
  if (random.chance(0.7)) return stranger(undefined)
  const basic = `Basic ${Buffer.from(`${known.m2m.clientId}:${known.m2m.clientSecret}`).toString('base64')}`
  return stranger(random.pick([basic, `Bearer ${tokens.foreign}`, `Bearer ${tokens.full}`, random.pick(odd)]))
}

function fillPath({ random, harvest, spared }: Means, { method, path }: Route): string {
  const segments = path.split('/')
  const filled = segments.map((segment, index) => {
    if (!/^[:*]/.test(segment)) return segment
    const name = segment.replace(/^[:*]/, '')
    const own = name.replace(/_?id$/i, '')
    const nouns = [...(own === '' ? [] : [`${own}s`]), segments[index - 1] ?? '', name, nounOf(path)]
    const found = nouns.map((noun) => harvest.find(random, noun)).find((value) => value !== undefined)
    const isFree = found !== undefined && (method === 'GET' || !spared.has(found))
    return isFree && random.chance(0.7) ? encodeURIComponent(found.toWellFormed()) : nastySegment(random)
  })
  return filled.join('/')
}

function makeQuery({ random, known, harvest }: Means, { method, path }: Route): string {
  const names = queryNames(path)
  const isAuthorize = path === '/authorize' && method === 'GET'
  const isPage = path.startsWith('/u/') && method === 'GET'
  if (isPage && random.chance(0.8)) {
    const carried = /reset-password$|verification|unblock/.test(path) ? 'ticket' : 'state'
    return `?${carried}=${encodeText(harvest.find(random, carried) ?? 'x')}`
  }
  if (!isAuthorize && random.chance(method === 'GET' ? 0.25 : 0.85)) return ''
  const fields: [string, string][] = isAuthorize && random.chance(0.9) ? Object.entries(authorizeFields(known)) : []
  const extra = isAuthorize ? random.below(3) : 1 + random.below(3)
  for (let index = 0; index < extra; index += 1) {
    const name = random.chance(0.95) ? random.pick(names) : random.pick(nastyTexts).slice(0, 100)
    fields.push([name, queryValue(random, harvest, name)])
    if (random.chance(0.05)) fields.push([name, random.pick(nastyTexts).slice(0, 100)])
    if (random.chance(0.03)) fields.push([`${name}[${random.pick(['', 'a', '__proto__', '0'])}]`, 'x'])
  }
  const raw = random.chance(0.02) ? `&${random.pick(['%zz=%zz', '&&=', '=', '%', 'a[b][c]=1', '?'])}` : ''
  return `?${fields.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`).join('&')}${raw}`.slice(0, 9000)
}

function queryValue(random: Random, harvest: Harvest, name: string): string {
  if (random.chance(0.35)) return random.pick(nastyTexts)
  if (/page|take|limit/.test(name)) return String(random.pick([0, 1, 2, 50, 100, 101, 1000, -1, 1e9]))
  if (/^(include|is|allow|primary|force)/.test(name)) return random.pick(['true', 'false', '1', 'maybe'])
  if (name === 'q') return random.pick(queries)
  if (name === 'sort') return `${random.pick(['created_at', 'email', 'date', 'nothing'])}:${random.pick(['1', '-1'])}`
  if (/fields/.test(name)) return random.pick(['email', 'user_id,email', 'nothing', ','])
  if (/date|from_|to_/.test(name)) return random.pick(['20260101', '99999999', '2026-01-01'])
  return harvest.find(random, name) ?? random.pick(nastyTexts)
}

const queries = [
  'email:*example.com',
  'name:"a b" AND NOT blocked:true',
  'created_at:[2020-01-01 TO *]',
  'app_metadata.plan:gold OR user_metadata.tags:x',
  'identities.connection:"Username-Password-Authentication"',
  '_exists_:user_metadata AND logins_count:{0 TO 9]',
  'type:s AND date:[2020-01-01 TO *]',
  'user_id:("a" OR "b")',
]

function makeBody(means: Means, route: Route): { body: string | undefined; contentType: string | undefined } {
  const { random, known, harvest } = means
  if (random.chance(0.1)) {
    const body = random.chance(0.85) ? random.pick(nastyBodies) : undefined
    return { body, contentType: random.chance(0.6) ? 'application/json' : random.pick(contentTypes) }
  }
  const good = goodBody(random, known, harvest, route)
  const value = random.chance(0.35) ? good : spoil(random, good)
  const isForm = !isManagement(route.path) && random.chance(0.5)
  if (!isForm) {
    return {
      body: JSON.stringify(value),
      contentType: random.chance(0.97) ? 'application/json' : random.pick(contentTypes),
    }
  }
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [['a', String(value)]]
  const pairs = fields.map(([name, held]) => `${encodeText(String(name))}=${encodeText(asText(held))}`)
  if (random.chance(0.05)) pairs.push(...pairs.slice(0, 1))
  return { body: pairs.join('&'), contentType: 'application/x-www-form-urlencoded' }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function makeCookie({ random, harvest }: Means): string | undefined {
  if (random.chance(0.85)) return harvest.cookies(random)
  if (random.chance(0.5)) return undefined
  return random.pick(['a', '=', 'a=b; a=c', ';;;', 'rollcall=%zz', `a=${'x'.repeat(4000)}`, '__proto__=1'])
}

function oddHeaders(random: Random): Record<string, string> {
  if (random.chance(0.93)) return {}
  return random.pick<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'javascript' },
    { 'content-encoding': 'gzip' },
    { 'content-encoding': 'nonsense' },
    { accept: 'image/png' },
    { 'accept-language': '*;q=nonsense' },
    { 'if-none-match': '*' },
    { 'user-agent': asText(nastyValue(random)).replace(/[^\x20-\x7e]/g, '?') },
    { dpop: 'a.b.c' },
    { dpop: `${Buffer.from('{"typ":"dpop+jwt","alg":"none"}').toString('base64url')}.e30.` },
    { 'auth0-client': 'nonsense' },
    { range: 'bytes=0-' },
  ])
}
