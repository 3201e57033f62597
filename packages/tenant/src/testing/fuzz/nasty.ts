import type { Random } from '@rollcall/test-kit/random'

/** Texts that have broken servers: what PostgreSQL cannot store, what JavaScript takes for something else, what is too long. */
export const nastyTexts = [
  '',
  ' ',
  'a',
  'a\u0000b',
  '\ud800',
  'a\udfff',
  '\u202eabc',
  '\u{1f469}\u200d\u{1f467}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  '..\\..',
  "' OR 1=1 --",
  '"; DROP TABLE users',
  '%',
  '%s%n',
  '%00',
  '\\',
  '\r\nSet-Cookie: a=b',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${7*7}',
  '-1',
  '0',
  '1e309',
  '9223372036854775808',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '*',
  'auth0|',
  'auth0|000000000000000000000000',
  'google-oauth2|1',
  'rol_0000000000000000',
  'org_0000000000000000',
  'job_0000000000000000',
  'javascript:alert(1)',
  'http://[::1',
  'http://',
  'https://user:pw@example.com/#x',
  'a@b',
  'a@example.com',
  `${'a'.repeat(300)}@example.com`,
  '2026-13-45T99:99:99Z',
  '0000-01-01',
  '+275760-09-13T00:00:00.001Z',
  'name:',
  'name:"a',
  '((((a',
  'a AND',
  'NOT',
  '[a TO b]',
  'created_at:[* TO *]',
  'logins_count:[1 TO 99999999999999999999]',
  'user_metadata.a.b:*',
  '_exists_:nothing',
  'email:*a*b*',
  'name:/a+/',
  'created_at:1',
  'name:-1,email:1',
  'x'.repeat(257),
  'x'.repeat(5000),
  '('.repeat(2000),
  'é'.repeat(2100),
] as const

export const nastyValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  [],
  {},
  [[]],
  [null],
  [{}],
  [''],
  ['a', 'a'],
  { a: 1 },
  { a: { b: { c: ['d'] } } },
  { $ne: '' },
  { length: 1e9 },
  { toString: null },
  Array.from({ length: 1000 }, (_unused, index) => index),
  Array.from({ length: 300 }, () => 'x'),
  { ['k'.repeat(3000)]: 1 },
  { 'a.b': 1, $c: 2 },
]

const deep = (depth: number, open: string, close: string) => open.repeat(depth) + '1' + close.repeat(depth)

/** Bodies that are no JSON, or JSON nobody meant. */
export const nastyBodies = [
  '',
  ' ',
  '{',
  '{"a"',
  '{"a":}',
  "{'a':1}",
  'null',
  '"text"',
  '1',
  'true',
  '[]',
  '[null]',
  '{}',
  '\ufeff{}',
  '{"a":1e400}',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"name":"a","name":"b"}',
  '{"name":"\\ud800"}',
  '{"name":"\\u0000"}',
  '{"\\u0000":1}',
  '{"user_metadata":{"\\u0000":1}}',
  `{"user_metadata":${deep(3000, '{"a":', '}')}}`,
  `{"app_metadata":${deep(20_000, '[', ']')}}`,
  deep(100_000, '[', ']'),
  `{"name":"${'x'.repeat(200_000)}"}`,
  `{"name":"${'x'.repeat(1_100_000)}"}`,
  `[${'{},'.repeat(50_000)}{}]`,
  '--x\r\nContent-Disposition: form-data; name="users"; filename="a"\r\n\r\n[',
  '--x\r\n\r\n--x--',
  'a=1&a=2&a[]=3&a[b]=4&__proto__[x]=1&%zz=%zz',
  `a=${'x'.repeat(100_000)}`,
  `${'a=1&'.repeat(5000)}`,
  '\u0001\u0002',
]

export const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json; charset=nonsense',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=nonsense',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/octet-stream',
  'application/merge-patch+json',
  'nonsense',
  '',
]

/** A segment of a path as it goes over the wire, encoded well or badly. */
export function nastySegment(random: Random): string {
  const raw = ['%', '%zz', '%00', '..%2f', '%ED%A0%80', '%2e%2e', '%F0%9F%98%80', '%0d%0a', '-', 'a;b=c', 'a+b', "'"]
  return random.chance(0.3) ? random.pick(raw) : encodeText(random.pick(nastyTexts).slice(0, 3000)) || 'x'
}

/** Percent-encoding that takes halves of surrogate pairs too; as bytes, as a careless client would send them. */
export function encodeText(text: string): string {
  return [...text]
    .map((character) => {
      const point = character.codePointAt(0) ?? 0
      if (point < 0xd800 || point > 0xdfff) return encodeURIComponent(character)
      const bytes = [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)]
      return bytes.map((byte) => `%${byte.toString(16)}`).join('')
    })
    .join('')
}

/** The same value with one to three places spoilt. */
export function spoil(random: Random, value: unknown): unknown {
  let spoilt = structuredClone(value)
  const places = 1 + random.below(3)
  for (let place = 0; place < places; place += 1) spoilt = spoilOne(random, spoilt)
  return spoilt
}

function spoilOne(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.05)) return nastyValue(random)
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.3)) return [...(value as unknown[]), nastyValue(random)]
    const at = random.below(value.length)
    return value.map((item: unknown, index) => (index === at ? spoilOne(random, item) : item))
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || random.chance(0.15)) {
    return Object.fromEntries([...entries, [random.pick(nastyTexts).slice(0, 300), nastyValue(random)]])
  }
  const at = random.below(entries.length)
  if (random.chance(0.15)) return Object.fromEntries(entries.filter((_entry, index) => index !== at))
  const goesDeeper = random.chance(0.5)
  return Object.fromEntries(
    entries.map(([name, held], index) => {
      if (index !== at) return [name, held]
      return [name, goesDeeper ? spoilOne(random, held) : nastyValue(random)]
    }),
  )
}

export const nastyValue = (random: Random): unknown => random.pick(random.chance(0.6) ? nastyTexts : nastyValues)
