import { expect, test } from 'vitest'
import { toUserQuery } from './search-users.ts'

test('no text finds everybody', () => {
  expect(toUserQuery(undefined)).toBeUndefined()
  expect(toUserQuery('')).toBeUndefined()
})

test('a text is looked for in five fields', () => {
  expect(toUserQuery('Jo@x')).toEqual({
    kind: 'any',
    of: [
      { kind: 'contains', field: 'name', text: 'Jo@x' },
      { kind: 'contains', field: 'email', text: 'jo@x' },
      { kind: 'contains', field: 'nickname', text: 'Jo@x' },
      { kind: 'contains', field: 'username', text: 'jo@x' },
      { kind: 'contains', field: 'phone_number', text: 'Jo@x' },
    ],
  })
})

test('what may be an id is looked for as one too', () => {
  expect(toUserQuery('auth0|1')).toMatchObject({
    of: expect.arrayContaining([{ kind: 'is', field: 'user_id', text: 'auth0|1' }]),
  })
})

test('two characters only begin a field, however many units they are made of', () => {
  for (const text of ['jo', '👩🚀'])
    expect(toUserQuery(text)).toMatchObject({ of: [{ kind: 'startsWith' }, {}, {}, {}, {}] })
})
