import { expect, test } from 'vitest'
import { nearUserFields } from './fields.ts'
import { parseUserFilter, UserFilterFault } from './parse-user-filter.ts'
import { printUserFilter } from './print-user-filter.ts'
import type { UserFilter } from './user-filter.ts'

const text = (written: string): UserFilter => ({ kind: 'text', text: written })
const match = (field: string, ...pieces: string[]): UserFilter => ({ kind: 'match', field, pieces })
const all = (...of: UserFilter[]): UserFilter => ({ kind: 'all', of })
const any = (...of: UserFilter[]): UserFilter => ({ kind: 'any', of })
const not = (of: UserFilter): UserFilter => ({ kind: 'not', of })
const exists = (field: string): UserFilter => ({ kind: 'exists', field })
const blocked: UserFilter = { kind: 'is', field: 'blocked', value: true }
const number = (value: number, isInclusive = true) => ({
  value: { kind: 'number' as const, number: value },
  isInclusive,
})
const moment = (value: string, isInclusive = true) => ({
  value: { kind: 'moment' as const, moment: value },
  isInclusive,
})
const ago = (amount: number, unit: 'h' | 'd' | 'w' | 'M' | 'y') => ({ value: { kind: 'ago' as const, amount, unit }, isInclusive: true }) // prettier-ignore
const words = (value: string, isInclusive = true) => ({ value: { kind: 'text' as const, text: value }, isInclusive })

test.each<[string, UserFilter]>([
  ['', all()],
  ['  ', all()],
  ['*', all()],
  ['ada lovelace', all(text('ada'), text('lovelace'))],
  ['"ada lovelace"', text('ada lovelace')],
  ['ada@example.com', text('ada@example.com')],
  ['auth0|655f1c2e', text('auth0|655f1c2e')],
  ['+1555', text('+1555')],
  ['"(555) 01"', text('(555) 01')],
  ['Lovelace, Ada', all(text('Lovelace'), text('Ada'))],
  ['*ada*', text('ada')],
  ['or and not', all(text('or'), text('and'), text('not'))],
  // half-typed
  ['ada (', text('ada')],
  ['ada (bob', all(text('ada'), text('bob'))],
  ['"ada love', text('ada love')],
  ['"ada ', text('ada')],
  ['ada "', text('ada')],
  ["o'brien & co", all(text("o'brien"), text('co'))],
  ['-', all()],
  ['ada - lovelace', all(text('ada'), text('lovelace'))],
  ['()', all()],
  ['ada AND', text('ada')],
  ['ada OR', text('ada')],
  ['OR ada', text('ada')],
  ['ada NOT', text('ada')],
  ['foo:', text('foo')],
  ['foo: bar', all(text('foo'), text('bar'))],
  ['http://x', text('http://x')],
  ['12:30', text('12:30')],
  ['"foo:bar"', text('foo:bar')],
  ['ada\\', text('ada')],
  ['created_at:[2025 TO 2026', { kind: 'range', field: 'created_at', from: moment('2025'), to: moment('2026') }],
  // operators
  ['a b OR c', any(all(text('a'), text('b')), text('c'))],
  ['a AND (b OR c)', all(text('a'), any(text('b'), text('c')))],
  ['a && b || c', any(all(text('a'), text('b')), text('c'))],
  ['NOT a OR b', any(not(text('a')), text('b'))],
  ['-a !b', all(not(text('a')), not(text('b')))],
  ['-(a b)', not(all(text('a'), text('b')))],
  ['a-b', text('a-b')],
  ['+a +"b c"', all(text('a'), text('b c'))],
  // fields
  ['name:ada', match('name', 'ada')],
  ['name: ada', match('name', 'ada')],
  ['name:"Ada L"', match('name', 'Ada L')],
  ['name:John\\ Doe', match('name', 'John Doe')],
  ['name:ada*', match('name', 'ada', '')],
  ['name:a**b', match('name', 'a', 'b')],
  ['name:"a*"', match('name', 'a*')],
  ['name:a\\*', match('name', 'a*')],
  ['name:*', exists('name')],
  ['name:""', not(exists('name'))],
  ['name:(ada OR bob)', any(match('name', 'ada'), match('name', 'bob'))],
  ['name:(ada lovelace)', all(match('name', 'ada'), match('name', 'lovelace'))],
  ['name:(ada -b*)', all(match('name', 'ada'), not(match('name', 'b', '')))],
  ['user_id:auth0|1', match('user_id', 'auth0|1')],
  ['email.domain:example.com', match('email.domain', 'example.com')],
  ['blocked:true', blocked],
  ['isBlocked:YES', blocked],
  ['BLOCKED:no', { kind: 'is', field: 'blocked', value: false }],
  ['_exists_:email', exists('email')],
  ['has:phone', exists('phone_number')],
  ['NOT _exists_:email', not(exists('email'))],
  ['-has:role', not(exists('role'))],
  ['logins:5', { kind: 'range', field: 'logins_count', from: number(5), to: number(5) }],
  ['logins:>5', { kind: 'range', field: 'logins_count', from: number(5, false) }],
  ['logins:<=5', { kind: 'range', field: 'logins_count', to: number(5) }],
  ['logins_count:[1 TO 5}', { kind: 'range', field: 'logins_count', from: number(1), to: number(5, false) }],
  ['logins_count:{1 TO *]', { kind: 'range', field: 'logins_count', from: number(1, false) }],
  ['logins_count:[* TO *]', exists('logins_count')],
  ['logins_count:(1 OR >5)', any({ kind: 'range', field: 'logins_count', from: number(1), to: number(1) }, { kind: 'range', field: 'logins_count', from: number(5, false) })], // prettier-ignore
  ['created:2025-03', { kind: 'range', field: 'created_at', from: moment('2025-03'), to: moment('2025-03') }],
  ['created:>2025-03-14', { kind: 'range', field: 'created_at', from: moment('2025-03-14', false) }],
  ['createdAt:>=2025-03-14T10:30Z', { kind: 'range', field: 'created_at', from: moment('2025-03-14T10:30Z') }],
  ['last_login:[now-30d TO now]', { kind: 'range', field: 'last_login', from: ago(30, 'd'), to: ago(0, 'd') }],
  ['last_login:never', not(exists('last_login'))],
  ['signed_in_on:now', { kind: 'range', field: 'signed_in_on', from: ago(0, 'd'), to: ago(0, 'd') }],
  ['signed_in_on:never', not(exists('signed_in_on'))],
  ['name:[a TO m}', { kind: 'range', field: 'name', from: words('a'), to: words('m', false) }],
  ['roles:(admin OR editor)', any(match('role', 'admin'), match('role', 'editor'))],
  ['org:"Big Co"', match('organization', 'Big Co')],
  // metadata
  ['app_metadata.plan:gold', match('app_metadata.plan', 'gold')],
  ['appMetadata.Plan:gold', match('app_metadata.Plan', 'gold')],
  ['user_metadata.a.b:5', match('user_metadata.a.b', '5')],
  ['user_metadata.a:"5"', { kind: 'match', field: 'user_metadata.a', pieces: ['5'], isText: true }],
  ['user_metadata.a:"x"', match('user_metadata.a', 'x')],
  ['user_metadata.a:""', match('user_metadata.a', '')],
  ['user_metadata.a:>5', { kind: 'range', field: 'user_metadata.a', from: number(5, false) }],
  ['user_metadata.a:>"5"', { kind: 'range', field: 'user_metadata.a', from: words('5', false) }],
  ['app_metadata.https\\://x\\.io/a\\ b:1', match('app_metadata.https://x\\.io/a b', '1')],
  ['app_metadata.state:OR', match('app_metadata.state', 'OR')],
])('%s', (written, filter) => {
  expect(parseUserFilter(written)).toEqual(filter)
})

test.each([
  ['ada)', 'This ) closes nothing. Delete it, or put ( before it.', ')'],
  ['bloked:true', 'There is no field bloked. Did you mean blocked? Text with a colon in it goes in quotes.', 'bloked'],
  ['a plan:gold', 'There is no field plan. Text with a colon in it goes in quotes.', 'plan'],
  ['_exists_:nam', 'There is no field nam. Did you mean name? Text with a colon in it goes in quotes.', 'nam'],
  ['has:', 'Here a field is missing, such as has:email.', ''],
  ['name:', 'name needs a value, such as name:ada.', 'name:'],
  ['name: OR ada', 'name needs a value, such as name:ada.', 'name: '],
  ['(name:)', 'name needs a value, such as name:ada.', 'name:'],
  ['name:()', 'name needs a value, such as name:ada.', 'name:()'],
  ['blocked:maybe', 'blocked is true or false, such as blocked:true.', 'maybe'],
  ['blocked:>1', 'blocked has no order. Write blocked:true.', '1'],
  ['logins:many', 'logins_count is a number, such as 5.', 'many'],
  ['logins:5*', 'A range has no * within a value. Write the value out.', '5*'],
  [
    'created_at:yesterday',
    '“yesterday” is no date. Write 2025, 2025-03, 2025-03-14, 2025-03-14T10:30Z, now or now-30d.',
    'yesterday',
  ],
  [
    'created_at:2025-02-30',
    '“2025-02-30” is no date. Write 2025, 2025-03, 2025-03-14, 2025-03-14T10:30Z, now or now-30d.',
    '2025-02-30',
  ],
  [
    'created_at:now-3d',
    'now-3d is a single moment, at which hardly anybody is found. Write created_at:>now-3d.',
    'now-3d',
  ],
  ['created_at:>', 'Here a value is missing, such as now-30d.', ''],
  ['logins:>*', 'After > a value is missing.', '>*'],
  ['logins:[1 5]', 'A range is written [from TO to], such as [now-30d TO now].', '[1'],
  ['logins:[1 TO 5)', 'logins_count is a number, such as 5.', '5)'],
  ['role:[a TO b]', 'role has no order. Write role:ada.', 'a'],
  ['app_metadata:gold', 'Say which key of app_metadata is meant, such as app_metadata.plan:gold.', 'app_metadata:'],
  [
    'app_metadata..a:1',
    'There is no field app_metadata..a. Did you mean app_metadata? Text with a colon in it goes in quotes.',
    'app_metadata..a',
  ],
  ['jo*n', 'A * within a word needs a field, such as name:jo*n.', 'jo*n'],
  ['ada\u0000', 'There is a control character here. Delete it.', '\u0000'],
])('%j is refused: %s', (written, message, part) => {
  let fault: unknown
  try {
    parseUserFilter(written)
  } catch (error) {
    fault = error
  }
  expect(fault).toBeInstanceOf(UserFilterFault)
  const { message: said, from, to } = fault as UserFilterFault
  expect([said, written.slice(from, to)]).toEqual([message, part])
})

test.each([
  ['  ada   AND blocked:yes', 'ada blocked:true'],
  ['verified:no OR (a b)', 'email_verified:false OR (a b)'],
  ['roles:admin || role:"Big Editor"', 'role:(admin OR "Big Editor")'],
  ['(a OR b) -c', '(a OR b) NOT c'],
  ['lastSeen:never', 'NOT _exists_:last_login'],
  ['created:[2025-03 TO 2025-03]', 'created_at:2025-03'],
  ['app_metadata.level:"5"', 'app_metadata.level:"5"'],
  ['name:John\\ Do*', 'name:John\\ Do*'],
  ['', ''],
])('%s is written %s', (written, printed) => {
  expect(printUserFilter(parseUserFilter(written))).toBe(printed)
})

test('a name that is no field brings to mind those that are near', () => {
  expect(nearUserFields('creatd')).toEqual(['created_at'])
  expect(nearUserFields('last')).toEqual(['family_name', 'last_login', 'last_ip'])
  expect(nearUserFields('zzz')).toEqual([])
})
