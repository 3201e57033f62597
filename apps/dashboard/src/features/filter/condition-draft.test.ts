import { parseUserFilter, printUserFilter } from '@rollcall/contracts/user-filter'
import { expect, test } from 'vitest'
import { draftFor, draftOf, filterOf } from './condition-draft.ts'

test.each([
  'connection:github',
  'NOT connection:github',
  'email:ada*',
  'name:*love*',
  'role:"site admin"',
  '_exists_:organization',
  'NOT _exists_:last_login',
  'blocked:true',
  'email_verified:false',
  'created_at:>now-30d',
  'last_login:<now-1y',
  'created_at:[2026-01-01 TO 2026-02-01]',
  'created_at:>=2026-01-01',
  'signed_in_on:2026-11-23',
  'logins_count:>=10',
  'logins_count:0',
  'app_metadata.plan:gold',
  'app_metadata.seats:<=5',
])('%s can be chosen, and says the same afterwards', (text) => {
  const draft = draftOf(parseUserFilter(text))
  expect(draft && filterOf(draft)).toEqual(parseUserFilter(text))
})

test.each([
  'ada',
  'name:a*b*c',
  'NOT name:ada*',
  'created_at:[now-2d TO now-1d]',
  'role:(admin OR editor)',
  'logins_count:>10',
])('%s is changed as text', (text) => {
  expect(draftOf(parseUserFilter(text))).toBeUndefined()
})

test('while something is missing there is no condition', () => {
  expect(filterOf(draftFor('connection'))).toBeUndefined()
  expect(filterOf(draftFor('logins_count'))).toBeUndefined()
  expect(filterOf({ ...draftFor('logins_count'), value: 'many' })).toBeUndefined()
  expect(filterOf({ ...draftFor('app_metadata.'), value: 'gold' })).toBeUndefined()
  expect(filterOf({ ...draftFor('created_at'), amount: 0 })).toBeUndefined()
})

test('what a person types is a value, whatever it looks like', () => {
  const filter = filterOf({ ...draftFor('connection'), value: 'a OR b) *' })
  expect(filter && parseUserFilter(printUserFilter(filter))).toEqual(filter)
})
