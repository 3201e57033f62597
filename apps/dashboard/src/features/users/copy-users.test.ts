import { expect, test } from 'vitest'
import { someUser } from '../../testing/mount-page.ts'
import { tableOf } from './copy-users.ts'

const copied = (columns: Record<string, unknown>, names: string[]) =>
  tableOf([someUser({ name: '=HYPERLINK("x")', columns })], names, (column) => column)

test('a table has headers, and moments and lists that a spreadsheet reads', () => {
  const columns = { roles: ['Support', 'Editor'], mfa: false, 'app_metadata.plan': { tier: 2 } }
  expect(copied(columns, ['created_at', 'roles', 'mfa', 'app_metadata.plan', 'last_login'])).toBe(
    'created_at\troles\tmfa\tapp_metadata.plan\tlast_login\n2026-01-01T00:00:00.000Z\tSupport, Editor\tfalse\t{"tier":2}\t',
  )
})

test('no cell begins a formula, and none breaks out of its place', () => {
  const columns = { phone_number: '+49 30 1', nickname: '@x', username: 'two\tcells\nand a row', given_name: '-1' }
  const [, row] = copied(columns, ['name', 'phone_number', 'nickname', 'username', 'given_name']).split('\n')
  expect(row).toBe(`'=HYPERLINK("x")\t'+49 30 1\t'@x\ttwo cells and a row\t'-1`)
})
