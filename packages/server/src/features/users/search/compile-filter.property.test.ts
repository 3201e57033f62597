import type { Bound, BoundValue, UserFilter } from '@rollcall/contracts/admin-api/user-filter'
import { parseUserFilter, printUserFilter } from '@rollcall/contracts/admin-api/user-filter'
import { sql } from '@rollcall/database'
import type { Database } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileFilter, tablesRead } from './compile-filter.ts'
import { holds } from './testing/holds.ts'
import type { World } from './testing/holds.ts'
import { openPeople } from './testing/open-people.ts'
import type { Person } from './testing/person.ts'

// Random users and random filters: what PostgreSQL finds is held against plain code that knows nothing of SQL.

let state = 20_261_123
/** From 0 up to, not including, the limit; the seed above repeats it. */
function below(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * limit)
}
const chance = (probability: number) => below(1000) < probability * 1000
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item // in range: none of the lists is empty
const maybe = <Value>(value: Value): Value | null => (chance(0.75) ? value : null)
const some = <Item>(items: readonly Item[]) => items.filter(() => chance(0.25))

const now = new Date('2025-03-31T12:00:00.000Z')
const world: World = {
  roles: [
    { id: 'rol_a', name: 'Admin', display_name: null },
    { id: 'rol_b', name: 'Éditeur 100%', display_name: null },
    { id: 'rol_c', name: 'x_y', display_name: null },
  ],
  organizations: [
    { id: 'org_a', name: 'big-co', display_name: 'Big Co "Ltd"' },
    { id: 'org_b', name: 'small', display_name: null },
  ],
  agos: {
    '0d': '2025-03-31T12:00:00.000Z',
    '36h': '2025-03-30T00:00:00.000Z',
    '30d': '2025-03-01T12:00:00.000Z',
    '6w': '2025-02-17T12:00:00.000Z',
    '1M': '2025-02-28T12:00:00.000Z',
    '13M': '2024-02-29T12:00:00.000Z',
    '1y': '2024-03-31T12:00:00.000Z',
    '9999y': '0001-01-01T00:00:00.000Z',
  },
}

const words = ['Ada', 'ada', 'ÉMILE', 'Emile', 'a b', 'O"Neil', "o'brien", '100%', '1000', 'x_y', 'xay', 'back\\slash', 'star*', 'Zoë', 'li', '中文', '王小明', '😀', '👩\u200d💻', '-dash', 'a:b', '(p)', 'AND', 'Straße', 'STRASSE', 'line\nbreak', 'Łukasz', 'Иван', '한국', "'; DROP TABLE users; --", '$1', '\u200b'] // prettier-ignore
const days = ['2024-12-31', '2025-01-01', '2025-02-28', '2025-03-01', '2025-03-30', '2025-03-31']
const tags = ['VIP', 'needs call', 'Éditeur', 'x_y', '100%', '中文', "'; DROP"]
const notes = [
  'Called on Monday.\nWants a refund.',
  'Straße 5, Zoë',
  'x_y is 100% <b>sure</b>',
  'back\\slash "quoted"',
  '退款',
]
const keys = ['plan', 'tags', 'deep', 'a.b', 'q"\\k']

function makeMetadata(depth = 0): Record<string, unknown> {
  const leaf = () => pick<unknown>(['gold', 'Gold', 'a b', 5, 5.5, -1, true, false, null, '5', 'true', '', [], {}, ['gold', 'silver'], [1, 5], [null], [[]], 'q"uo\\te', '100%', '2025-03-01T12:00:00.000Z', '中文', 'line\nbreak', '.*']) // prettier-ignore
  const value = (): unknown => {
    if (depth > 1 || chance(0.6)) return leaf()
    return chance(0.5) ? makeMetadata(depth + 1) : [makeMetadata(depth + 1), pick(['gold', 5, true])]
  }
  return Object.fromEntries(keys.filter(() => chance(0.5)).map((key) => [key, value()]))
}

function makePerson(number: number): Person {
  const word = () => pick(words)
  const provider = pick(['auth0', 'google-oauth2', 'sms'])
  const id = `65${number.toString(16).padStart(2, '0')}f1c2%_`
  const connection = pick(['Users', 'google-oauth2', 'x_y'])
  const other = { provider: 'github', connection: 'github', user_id: 1000 + number }
  const moment = () => new Date(`${pick(days)}T${pick(['00:00:00.000', '10:30:15.123', '12:00:00.000', '23:59:59.999'])}Z`) // prettier-ignore
  return {
    user_id: `${provider}|${id}`,
    email: maybe(`${pick(['ada', 'Zoë', 'x_y', 'a"@"b'])}${number % 7}@${pick(['example.com', 'mail.example.org', 'xn_y.com'])}`),
    email_verified: chance(0.5),
    name: maybe(chance(0.5) ? word() : `${word()} ${word()}`),
    nickname: maybe(word()),
    username: maybe(word()),
    given_name: maybe(word()),
    family_name: maybe(word()),
    phone_number: maybe(`+1555000${number % 9}`),
    phone_verified: chance(0.5),
    connection: maybe(connection),
    blocked: chance(0.5),
    mfa: chance(0.5),
    email_shared: false,
    email_used_elsewhere: false,
    deletion_scheduled: chance(0.2),
    created_at: moment(),
    updated_at: moment(),
    last_login: maybe(moment()),
    last_ip: maybe(`203.0.113.${number % 5}`),
    logins_count: below(6),
    identities: [{ provider, connection, user_id: id }, ...(chance(0.2) ? [other] : [])],
    user_metadata: makeMetadata(),
    app_metadata: makeMetadata(),
    roles: some(world.roles).map((role) => role.id),
    organizations: some(world.organizations).map((organization) => organization.id),
    tags: some(tags),
    notes: some(notes),
    signed_in_on: some(days),
    failed_on: some(days),
  } // prettier-ignore
}

const people = Array.from({ length: 95 }, (_unused, number) => makePerson(number))
for (const person of people) {
  const others = people.filter(
    (other) => other !== person && person.email !== null && other.email?.toLowerCase() === person.email.toLowerCase(),
  )
  person.email_shared = others.length > 0
  person.email_used_elsewhere = others.some(({ last_login: at }) => at !== null)
}

const lineFields = ['email', 'name', 'nickname', 'username', 'phone_number', 'given_name', 'family_name'] as const
const exactFields = ['user_id', 'connection', 'last_ip', 'identities.connection', 'identities.provider', 'identities.user_id'] // prettier-ignore
const textFields = [...lineFields, ...exactFields, 'email.domain']
const booleanFields = [
  'email_verified',
  'phone_verified',
  'blocked',
  'mfa',
  'email_shared',
  'email_used_elsewhere',
  'deletion_scheduled',
]

function textOf(field: string): string {
  if (chance(0.3)) return pick(words)
  const person = pick(people)
  if (field === 'email.domain') return pick(['example.com', 'EXAMPLE.com', 'com', 'b4@example.com', 'mail.example.org'])
  if (field.startsWith('identities.')) return String(pick(person.identities)[field.slice(11) as 'provider'])
  return person[field as 'name'] ?? pick(words)
}

/** Some of the text with anything before, after or between, in other capitals. */
function piecesOf(text: string): string[] {
  const written = pick([text, text, text.toUpperCase(), text.toLowerCase()])
  if (chance(0.4)) return [written]
  const characters = [...written]
  const from = below(characters.length + 1)
  const piece = characters.slice(from, from + 1 + below(4)).join('')
  const middle = characters.slice(from + piece.length + below(3)).join('')
  const pieces = pick([['', piece, ''], [piece, ''], ['', piece], [characters.slice(0, from).join(''), middle]]) // prettier-ignore
  // The parser makes of `*` alone whether there is anything.
  return pieces.some((one) => one !== '') ? pieces : [written]
}

const momentOf = (): BoundValue =>
  chance(0.6)
    ? { kind: 'moment', moment: pick(['2024', '2025', '2025-03', '2025-02', pick(days), '2025-03-31T12:00Z', '2025-03-31T10:30:15Z', '2025-03-31T12:30:15.123+02:00', '9999', '1000']) } // prettier-ignore
    : ago()
function ago(): BoundValue {
  const [, amount, unit] = /^(\d+)(.)$/.exec(pick(Object.keys(world.agos))) ?? []
  return { kind: 'ago', amount: Number(amount), unit: unit as 'd' }
}
const numberOf = (): BoundValue => ({
  kind: 'number',
  number: pick([0, 1, 3, 5, 2.5, -1, 5.5, 2 ** 53 - 1, -(2 ** 40)]),
})

function range(field: string, value: () => BoundValue): UserFilter {
  if (chance(0.3)) {
    const same = { value: value(), isInclusive: true }
    return { kind: 'range', field, from: same, to: same }
  }
  const bound = (): Bound => ({ value: value(), isInclusive: chance(0.5) })
  const which = below(3)
  return { kind: 'range', field, ...(which !== 0 && { from: bound() }), ...(which !== 1 && { to: bound() }) }
}

function metadataFieldOf(): string {
  const path = [pick(['plan', 'tags', 'deep']), ...(chance(0.4) ? [pick(['plan', 'tags', 'deep'])] : [])]
  return [pick(['app_metadata', 'user_metadata']), ...path].join('.')
}

function leaf(): UserFilter {
  switch (below(11)) {
    case 0: {
      const characters = [...textOf(pick([...lineFields, 'user_id']))]
      const from = below(characters.length)
      const text = characters.slice(from, from + 1 + below(9)).join('')
      return { kind: 'text', text: pick([text, text.toUpperCase(), pick(words), '555-0001', '+1 (555) 000', '100']) }
    }
    case 1:
    case 2: {
      const field = pick(textFields)
      return { kind: 'match', field, pieces: piecesOf(textOf(field)) }
    }
    case 3:
      return { kind: 'is', field: pick(booleanFields), value: chance(0.5) }
    case 4: {
      const [field, groups] = pick([['role', world.roles], ['organization', world.organizations]] as const) // prettier-ignore
      const group = pick(groups)
      return { kind: 'match', field, pieces: piecesOf(pick([group.id, group.name, group.display_name ?? 'nobody', 'x%y'])) } // prettier-ignore
    }
    case 5:
      return { kind: 'exists', field: pick([...textFields, ...booleanFields, 'logins_count', 'created_at', 'last_login', 'role', 'organization', 'tag', 'note', 'signed_in_on', 'failed_on', 'app_metadata', 'user_metadata', metadataFieldOf(), metadataFieldOf()]) } // prettier-ignore
    case 6: {
      const [text, isScalar] = pick([['gold', false], ['Gold', false], ['a b', false], ['q"uo\\te', false], ['100%', false], ['.*', false], ['5', true], ['5.50', true], ['-1', true], ['true', true], ['', false]] as const) // prettier-ignore
      const pieces = isScalar || text === '' ? [text] : piecesOf(text)
      return { kind: 'match', field: metadataFieldOf(), pieces, ...(isScalar && chance(0.4) && { isText: true }) }
    }
    case 7:
      return range(metadataFieldOf(), pick([numberOf, ago, (): BoundValue => ({ kind: 'text', text: pick(['a', 'gold', '5', '中', 'q"']) })])) // prettier-ignore
    case 8: {
      const field = pick(textFields)
      return range(field, () => ({ kind: 'text', text: textOf(field) }))
    }
    case 9: {
      const [field, texts] = pick([['tag', tags], ['note', notes]] as const) // prettier-ignore
      return { kind: 'match', field, pieces: piecesOf(chance(0.2) ? pick(words) : pick(texts)) }
    }
    default:
      return chance(0.3)
        ? range('logins_count', numberOf)
        : range(pick(['created_at', 'updated_at', 'last_login', 'signed_in_on', 'failed_on']), momentOf)
  }
}

function tree(depth = 0): UserFilter {
  if (depth > 2 || chance(0.4)) return leaf()
  if (chance(0.25)) return { kind: 'not', of: tree(depth + 1) }
  return {
    kind: pick(['all', 'any']),
    of: Array.from({ length: chance(0.05) ? 0 : 1 + below(3) }, () => tree(depth + 1)),
  }
}

let database: Database<Record<string, Record<string, unknown>>>

beforeAll(async () => {
  database = await openPeople(people, world)
})
afterAll(() => database.close())

async function find(filter: UserFilter): Promise<string[]> {
  const condition = compileFilter(filter, { now })
  const { users, search } = tablesRead(filter)
  const both = sql`users u JOIN user_search s USING (user_id)`
  const from = users && search ? both : search ? sql`user_search s` : sql`users u`
  const { rows } = await sql<{ user_id: string }>`SELECT user_id FROM ${from} WHERE ${condition}`.execute(database.db)
  return rows.map((row) => row.user_id).sort()
}
const expected = (filter: UserFilter) => people.filter((person) => holds(filter, person, world)).map((person) => person.user_id).sort() // prettier-ignore

test('two thousand random filters find whom plain code finds', { timeout: 120_000 }, async () => {
  const counts = { none: 0, some: 0, all: 0 }
  for (let number = 1; number <= 2000; number += 1) {
    const filter = tree()
    const wanted = expected(filter)
    expect(await find(filter), `filter ${number}: ${printUserFilter(filter)}`).toEqual(wanted)
    counts[wanted.length === 0 ? 'none' : wanted.length === people.length ? 'all' : 'some'] += 1
  }
  // Filters that find nobody, or everybody, prove little.
  expect(counts.some).toBeGreaterThan(1000)
})

test('each single condition and its negation part everybody in two', { timeout: 60_000 }, async () => {
  for (let number = 1; number <= 500; number += 1) {
    const filter = leaf()
    const [found, others] = [await find(filter), await find({ kind: 'not', of: filter })]
    expect([...found, ...others].sort(), printUserFilter(filter)).toEqual(people.map((person) => person.user_id).sort())
  }
})

const hostile = ["'", "''", '"', '\\', "\\'", '%', '_', '%%', '$1', '$$', "' OR true --", '" || true', ') OR (true', '"; DROP', '$."x" ? (1 == 1)', '.*', '(?s).*', '[', '(', '\\d', '\\Z', "E'\\n'", '\u2028', '😀', '*'] // prettier-ignore

test.each(hostile)('%j is only ever text', async (text) => {
  const of: UserFilter[] = [
    { kind: 'text', text: `zz${text}zz` },
    ...textFields.map((field): UserFilter => ({ kind: 'match', field, pieces: [text] })),
    ...[...textFields, 'role', 'organization', 'tag', 'note', 'app_metadata.plan', 'user_metadata.deep.plan'].map(
      (field): UserFilter => ({ kind: 'match', field, pieces: ['zz', text, 'zz'] }),
    ),
    ...['role', 'organization', 'tag', 'note', 'app_metadata.plan', 'user_metadata.deep.plan'].map(
      (field): UserFilter => ({
        kind: 'match',
        field,
        pieces: [text === '.*' ? '..*' : text],
      }),
    ),
    { kind: 'range', field: 'app_metadata.plan', from: { value: { kind: 'text', text: `\u{10ffff}${text}` }, isInclusive: true } }, // prettier-ignore
  ]
  for (const filter of of) expect(await find(filter), printUserFilter(filter)).toEqual(expected(filter))
  expect(await find({ kind: 'any', of: of.slice(0, 1) })).toEqual([])
})

test.each([
  ['a.b', String.raw`app_metadata.a\.b:gold`],
  ['q"\\k', String.raw`app_metadata.q\"\\k:gold`],
  ['plan" == 1 || $."tags', String.raw`app_metadata.plan\"\ ==\ 1\ ||\ \$\.\"tags:gold`],
])('%s is a key of metadata, and no more than that', async (key, written) => {
  const isGold = (value: unknown) => value === 'gold' || (Array.isArray(value) && value.includes('gold'))
  const wanted = people.filter(({ app_metadata }) => isGold((app_metadata as Record<string, unknown>)[key]))
  expect(await find(parseUserFilter(written))).toEqual(wanted.map((person) => person.user_id).sort())
})
