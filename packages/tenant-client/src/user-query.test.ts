import { expect, test } from 'vitest'
import { printUserQuery } from './user-query.ts'

test.each([
  ['Ada', 'name:*Ada*'],
  ['Ada Lovelace', String.raw`name:*Ada\ Lovelace*`],
  ['a) OR (user_id:*', String.raw`name:*a\)\ OR\ \(user_id\:\**`],
  ['50% + tax && more || less', String.raw`name:*50\%\ \+\ tax\ \&\&\ more\ \|\|\ less*`],
  ['back\\slash "quoted" [a TO b]', String.raw`name:*back\\slash\ \"quoted\"\ \[a\ TO\ b\]*`],
  ['Zoë 李小龍 أحمد', String.raw`name:*Zoë\ 李小龍\ أحمد*`],
])('text %j cannot grow operators', (text, printed) => {
  expect(printUserQuery({ kind: 'contains', field: 'name', text })).toBe(printed)
})

test('an exact text is quoted, and cannot end its quotes', () => {
  expect(printUserQuery({ kind: 'is', field: 'user_id', text: 'auth0|1" OR name:"x' })).toBe(
    String.raw`user_id:"auth0|1\" OR name:\"x"`,
  )
})

test('alternatives are grouped', () => {
  const starts = { kind: 'startsWith', field: 'email', text: 'jo' } as const
  expect(printUserQuery({ kind: 'any', of: [starts, { kind: 'is', field: 'user_id', text: 'a|b' }] })).toBe(
    '(email:jo* OR user_id:"a|b")',
  )
})
