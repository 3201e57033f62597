import { UserColumn, userColumns, userSortFields } from '@rollcall/contracts/admin-api'
import { expect, test } from 'vitest'
import { columnNames, firstSort, furtherColumns, isColumn, isSortable, valueOf } from './columns.ts'
import { someUser } from '../../testing/mount-page.ts'

test('every column of the contract is offered, and those it sorts by can be sorted', () => {
  expect([...columnNames].sort()).toEqual([...userColumns].sort())
  expect(columnNames.filter(isSortable).sort()).toEqual([...userSortFields].sort())
})

test('a path is a column when it is one for the server', () => {
  for (const name of [
    'app_metadata.plan',
    'user_metadata.a.b',
    'app_metadata',
    'app_metadata.',
    'x.y',
    'app_metadata.a b',
  ]) {
    expect(isColumn(name), name).toBe(UserColumn.safeParse(name).success)
  }
})

test('only what rows do not have anyway is asked for', () => {
  expect(furtherColumns(['name', 'roles', 'email', 'app_metadata.plan'])).toEqual(['roles', 'app_metadata.plan'])
  const user = someUser({ columns: { 'app_metadata.plan': 'pro' } })
  expect([valueOf(user, 'email'), valueOf(user, 'app_metadata.plan')]).toEqual(['ada@example.com', 'pro'])
})

test('texts begin at A, moments and counts at the latest and the most', () => {
  expect(['name', 'app_metadata.plan', 'created_at', 'logins_count'].map(firstSort)).toEqual([
    'name',
    'app_metadata.plan',
    '-created_at',
    '-logins_count',
  ])
})
