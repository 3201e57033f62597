import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '@rollcall/test-kit/random'
import type { Random } from '@rollcall/test-kit/random'
import { startTestTenant } from '../../testing/start-test-tenant.ts'
import type { TestTenant } from '../../testing/start-test-tenant.ts'

// Random users and random queries; what PostgreSQL finds is held against plain code that reads the query's meaning off Auth0's "User Search
// Query Syntax" and knows nothing of SQL.

interface Person {
  user_id: string
  email: string | null
  email_verified: boolean
  username: string | null
  name: string | null
  nickname: string | null
  given_name: string | null
  family_name: string | null
  phone_number: string | null
  blocked: boolean | null
  last_ip: string | null
  created_at: Date
  last_login: Date | null
  logins_count: number
  user_metadata: unknown
  app_metadata: unknown
  identities: { provider: string; connection: string; identity_id: string; is_social: boolean }[]
}

/** A query as a tree; `text` is how it is written. */
interface Node {
  text: string
  holds: (person: Person) => boolean
}

const words = ['Ada', 'ada', 'ÉMILE', 'émile', 'a b', 'O"Neil', '100%', 'x_y', 'back\\slash', 'star*', 'Zoë', 'li', '中文', '-dash', 'a:b', '(p)', 'AND'] // prettier-ignore
const fold = (text: string) => text.toLowerCase()

function makePerson(random: Random, number: number): Person {
  const maybe = <Value>(value: Value): Value | null => (random.chance(0.75) ? value : null)
  const word = () => random.pick(words)
  const name = () => (random.chance(0.5) ? word() : `${word()} ${word()}`)
  const provider = random.pick(['auth0', 'google-oauth2', 'sms'])
  const identity = (of: string, index: number) => ({ provider: of, connection: random.pick(['Username-Password-Authentication', 'google-oauth2']), identity_id: `${number}-${index}`, is_social: of === 'google-oauth2' }) // prettier-ignore
  const identities = [identity(provider, 0), ...(random.chance(0.2) ? [identity('github', 1)] : [])]
  return {
    user_id: `${provider}|${number}-0`,
    email: maybe(`${random.pick(['ada', 'bob', 'x_y'])}${number % 7}@${random.pick(['example.com', 'mail.example.org'])}`),
    email_verified: random.chance(0.5),
    username: maybe(word()),
    name: maybe(name()),
    nickname: maybe(word()),
    given_name: maybe(word()),
    family_name: maybe(word()),
    phone_number: maybe(`+1555000${String(number % 9)}`),
    blocked: random.pick([null, true, false]),
    last_ip: maybe(`203.0.113.${number % 5}`),
    created_at: new Date(Date.UTC(2024 + random.below(3), random.below(12), 1 + random.below(28), random.below(24))),
    last_login: maybe(new Date(Date.UTC(2026, random.below(12), 1 + random.below(28)))),
    logins_count: random.below(6),
    user_metadata: maybe(makeMetadata(random)),
    app_metadata: maybe(makeMetadata(random)),
    identities,
  }
} // prettier-ignore

const keys = ['plan', 'tags', 'deep']
function makeMetadata(random: Random, depth = 0): Record<string, unknown> {
  const leaf = (): unknown => random.pick<unknown>(['gold', 'Gold', 'a b', 5, 5.5, -1, true, false, null, '5', 'true', '', [], {}, ['gold', 'silver'], [1, 5], [null], [[]]]) // prettier-ignore
  const value = (): unknown => {
    if (depth > 1 || random.chance(0.6)) return leaf()
    return random.chance(0.5)
      ? makeMetadata(random, depth + 1)
      : [makeMetadata(random, depth + 1), random.pick(['gold', 5, true])]
  }
  return Object.fromEntries(keys.filter(() => random.chance(0.6)).map((key) => [key, value()]))
}

/** What stands at a path, lists looked into at each step. */
function valuesAt(root: unknown, path: string[]): unknown[] {
  let found: unknown[] = [root]
  for (const key of path) {
    found = found
      .flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
      .flatMap((value) => (isRecord(value) && Object.hasOwn(value, key) ? [value[key]] : []))
  }
  return found.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value) // prettier-ignore
const isThere = (value: unknown): boolean =>
  value !== null && value !== undefined && (typeof value !== 'object' || Object.keys(value).length > 0)

/** As it is written in a query: quoted, or with everything that has a meaning escaped. */
const quoted = (text: string) => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
const escaped = (text: string) =>
  text === 'AND' ? quoted(text) : text.replace(/[\s"\\()[\]{}:*+\-!&|]/g, String.raw`\$&`)

const insensitive = ['email', 'name', 'nickname', 'given_name', 'family_name'] as const
const sensitive = ['username', 'user_id', 'phone_number', 'last_ip'] as const

function textNode(random: Random, people: Person[]): Node {
  const field = random.pick([...insensitive, ...sensitive])
  const isFolded = (insensitive as readonly string[]).includes(field)
  const same = (text: string) => (isFolded ? fold(text) : text)
  const value = random.pick(people)[field] ?? random.pick(words)
  const of = (test: (text: string) => boolean) => (person: Person) => {
    const held = person[field]
    return held !== null && test(same(held))
  }
  const kind = random.below(4)
  if (kind === 0) return { text: `${field}:${quoted(value)}`, holds: of((held) => held === same(value)) }
  if (kind === 1) {
    const other = random.pick([same(value).toUpperCase(), fold(value), value])
    return { text: `${field}:${escaped(other)}`, holds: of((held) => held === same(other)) }
  }
  if (kind === 2) {
    const characters = [...value]
    const from = random.below(characters.length)
    const piece = characters.slice(from, from + 1 + random.below(4)).join('')
    const [before, after] = random.pick([[true, true], [false, true], [true, false]]) // prettier-ignore
    if (piece === 'AND') return { text: `${field}:${quoted(value)}`, holds: of((held) => held === same(value)) }
    return {
      text: `${field}:${before ? '*' : ''}${escaped(piece)}${after ? '*' : ''}`,
      holds: of((held) => (before && after ? held.includes(same(piece)) : before ? held.endsWith(same(piece)) : held.startsWith(same(piece)))), // prettier-ignore
    }
  }
  const low = random.pick(['a', 'Ada', 'b', '*'])
  const high = random.pick(['m', 'zz', '*'])
  const [open, close] = [random.pick(['[', '{']), random.pick([']', '}'])]
  const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))
  return {
    text: `${field}:${open}${low} TO ${high}${close}`,
    holds: of((held) => {
      const fromLow = low === '*' ? 1 : bytes(held, same(low))
      const toHigh = high === '*' ? 1 : bytes(same(high), held)
      return (open === '[' ? fromLow >= 0 : fromLow > 0) && (close === ']' ? toHigh >= 0 : toHigh > 0)
    }),
  }
}

function otherNode(random: Random): Node {
  switch (random.below(9)) {
    case 0: {
      const wanted = random.chance(0.5)
      const field = random.pick(['blocked', 'email_verified'] as const)
      return { text: `${field}:${wanted}`, holds: (person) => (person[field] ?? false) === wanted }
    }
    case 1: {
      const [low, high] = [random.below(6), random.below(8)]
      const [open, close] = [random.pick(['[', '{']), random.pick([']', '}'])]
      return {
        text: `logins_count:${open}${low} TO ${high}${close}`,
        holds: ({ logins_count: count }) => (open === '[' ? count >= low : count > low) && (close === ']' ? count <= high : count < high), // prettier-ignore
      }
    }
    case 2: {
      const [low, high] = [random.pick(['2024-06', '2025-01-15', '2026', '*']), random.pick(['2025', '2025-03-01', '2026-06', '*'])] // prettier-ignore
      const start = (text: string) => new Date(text)
      const end = (text: string) => {
        const [year = 0, month, day] = text.split('-').map(Number)
        return new Date(day !== undefined ? Date.UTC(year, (month ?? 1) - 1, day + 1) : month !== undefined ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1)) // prettier-ignore
      }
      const field = random.pick(['created_at', 'last_login'] as const)
      return {
        text: `${field}:[${low} TO ${high}]`,
        holds: (person) => {
          const at = person[field]
          return at !== null && (low === '*' || at >= start(low)) && (high === '*' || at < end(high))
        },
      }
    }
    case 3: {
      const field = random.pick(['provider', 'connection'] as const)
      const value = random.pick(['auth0', 'google-oauth2', 'github', 'Username-Password-Authentication'])
      return { text: `identities.${field}:${quoted(value)}`, holds: ({ identities }) => identities.some((one) => one[field] === value) } // prettier-ignore
    }
    case 4: {
      const table = random.pick(['user_metadata', 'app_metadata'] as const)
      const path = [random.pick(keys), ...(random.chance(0.5) ? [random.pick(keys)] : [])]
      const value = random.pick(['gold', 'Gold', 'a b', '5', '5.5', 'true', '-1'])
      const isPhrase = random.chance(0.5)
      const is = (held: unknown) => held === value || (!isPhrase && typeof held !== 'string' && typeof held !== 'object' && String(held) === value) // prettier-ignore
      return {
        text: `${table}.${path.join('.')}:${isPhrase ? quoted(value) : escaped(value)}`,
        holds: (person) => valuesAt(person[table], path).some(is),
      }
    }
    case 5: {
      const path = [random.pick(keys), ...(random.chance(0.4) ? [random.pick(keys)] : [])]
      const [low, high] = [random.below(7) - 1, random.below(9)]
      return {
        text: `app_metadata.${path.join('.')}:[${escaped(String(low)).replace('\\', '')} TO ${high}}`,
        holds: ({ app_metadata: held }) => valuesAt(held, path).some((value) => typeof value === 'number' && value >= low && value < high), // prettier-ignore
      }
    }
    case 6: {
      const path = [random.pick(keys)]
      return {
        text: `app_metadata.${path.join('.')}:g*d`,
        holds: ({ app_metadata: held }) => valuesAt(held, path).some((value) => typeof value === 'string' && /^g.*d$/s.test(value)), // prettier-ignore
      }
    }
    case 7: {
      const field = random.pick(['email', 'name', 'last_login', 'blocked', 'phone_number'] as const)
      return { text: `_exists_:${field}`, holds: (person) => person[field] !== null }
    }
    default: {
      const table = random.pick(['user_metadata', 'app_metadata'] as const)
      const path = random.chance(0.2) ? [] : [random.pick(keys), ...(random.chance(0.4) ? [random.pick(keys)] : [])]
      return {
        text: `_exists_:${[table, ...path].join('.')}`,
        holds: (person) => valuesAt(person[table], path).some(isThere),
      }
    }
  }
} // prettier-ignore

function bareNode(random: Random, people: Person[]): Node {
  const value = random.pick(people)[random.pick(['name', 'nickname', 'email'] as const)] ?? 'ada'
  const piece = value === 'AND' ? 'ada' : [...value].slice(0, 3 + random.below(3)).join('')
  const fields = ['email', 'name', 'nickname', 'username', 'phone_number'] as const
  return {
    text: escaped(piece === 'AND' ? 'ada' : piece),
    holds: (person) => fields.some((field) => fold(person[field] ?? '\0').includes(fold(piece === 'AND' ? 'ada' : piece))), // prettier-ignore
  }
}

function makeNode(random: Random, people: Person[], depth = 0): Node {
  if (depth > 2 || random.chance(0.5)) {
    const kind = random.below(20)
    return kind === 0 ? bareNode(random, people) : kind < 10 ? textNode(random, people) : otherNode(random)
  }
  const one = makeNode(random, people, depth + 1)
  const other = makeNode(random, people, depth + 1)
  switch (random.below(4)) {
    case 0:
      return { text: `(${one.text}${random.pick([' AND ', ' && ', ' ', /^[(\w]/.test(other.text) && !other.text.startsWith('NOT') ? ' AND +' : ' AND '])}${other.text})`, holds: (person) => one.holds(person) && other.holds(person) } // prettier-ignore
    case 1:
      return { text: `(${one.text}${random.pick([' OR ', ' || '])}${other.text})`, holds: (person) => one.holds(person) || other.holds(person) } // prettier-ignore
    case 2:
      return { text: `${random.pick(['NOT ', '-', '!'])}(${one.text})`, holds: (person) => !one.holds(person) }
    default: {
      // AND binds closer than OR.
      const third = makeNode(random, people, depth + 1)
      return {
        text: `(${one.text} OR ${other.text} AND ${third.text})`,
        holds: (person) => one.holds(person) || (other.holds(person) && third.holds(person)),
      }
    }
  }
}

let tenant: TestTenant
const seed = 20_261_123
const random = createRandom(seed)
const people = Array.from({ length: 95 }, (_unused, number) => makePerson(random, number))

beforeAll(async () => {
  tenant = await startTestTenant()
  const { db } = tenant.tenant.context
  await db.deleteFrom('users').execute()
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  for (const { identities, ...person } of people) {
    await db
      .insertInto('users')
      .values({
        ...person,
        connection: 'x',
        user_metadata: json(person.user_metadata),
        app_metadata: json(person.app_metadata),
      }) // prettier-ignore
      .execute()
    await db
      .insertInto('identities')
      .values(identities.map((identity, position) => ({ ...identity, user_id: person.user_id, position })))
      .execute()
  }
})
afterAll(() => tenant.close())

const find = async (q: string) => {
  const { status, body } = await tenant.api('GET', `/users?per_page=100&fields=user_id&q=${encodeURIComponent(q)}`)
  if (status !== 200) return JSON.stringify(body)
  return (body as { user_id: string }[]).map((user) => user.user_id).sort()
}

test('two thousand random queries find whom plain code finds', { timeout: 120_000 }, async () => {
  const counts = { none: 0, some: 0, all: 0 }
  for (let number = 1; number <= 2000; number += 1) {
    const query = makeNode(random, people)
    const wanted = people.filter(query.holds).map((person) => person.user_id).sort() // prettier-ignore
    expect(await find(query.text), `query ${number} of seed ${seed}: ${query.text}`).toEqual(wanted)
    counts[wanted.length === 0 ? 'none' : wanted.length === people.length ? 'all' : 'some'] += 1
  }
  // Queries that find nobody, or everybody, prove little.
  expect(counts.some).toBeGreaterThan(1200)
})

test.each([
  ['name:"a', 'a quote is not closed'],
  ['(name:a', 'expected )'],
  ['name:a)', 'unexpected )'],
  ['name:', 'unexpected end'],
  ['name:a AND', 'unexpected end'],
  ['OR name:a', 'unexpected OR'],
  ['NOT', 'unexpected end'],
  ['name:[a TO b', 'a range needs its end'],
  ['name:[a b]', 'a range needs TO'],
  ['name:[a* TO b]', 'no wildcard within a range'],
  ['name:a\\', 'ends with a backslash'],
  ['nothing:a', 'nothing cannot be searched'],
  ['picture:a', 'picture cannot be searched'],
  ['last_password_reset:2026', 'last_password_reset cannot be searched'],
  ['multifactor:guardian', 'multifactor cannot be searched'],
  ['user_metadata.plan:g*', 'user_metadata cannot be searched with wildcards'],
  ['user_metadata.plan:[a TO b]', 'user_metadata cannot be searched by range'],
  ['created_at:yesterday', 'yesterday is not a date'],
  ['created_at:2026-13', '2026-13 is not a date'],
  ['created_at:[2026-02-30 TO *]', '2026-02-30 is not a date'],
  ['logins_count:[a TO 5]', 'a is not a number'],
  ['_exists_:picture', 'picture cannot be searched'],
  ['n*me:a', 'n*me is not a field'],
  [`${'('.repeat(60)}a${')'.repeat(60)}`, 'too deeply nested'],
])('%s is refused: %s', async (q, reason) => {
  const { status, body } = await tenant.api('GET', `/users?q=${encodeURIComponent(q)}`)
  expect({ status, body }).toEqual({
    status: 400,
    body: { statusCode: 400, error: 'Bad Request', message: `Failed to parse query: ${reason}.`, errorCode: 'invalid_query_string' }, // prettier-ignore
  })
})
