import { expect, test } from 'vitest'
import { createCustomFields } from './custom-fields.ts'
import { readCustomFields } from './declaration.ts'

const plan = { name: 'plan', label: 'Plan', path: 'app_metadata.plan', type: 'one-of', options: ['free', { value: 'gold', label: 'Gold' }] } // prettier-ignore

test('a field is read as it is declared, for whoever may see and edit users', () => {
  const { fields, faults } = readCustomFields([plan])
  expect(faults).toEqual([])
  expect(fields).toEqual([
    {
      ...plan,
      options: [
        { value: 'free', label: 'free' },
        { value: 'gold', label: 'Gold' },
      ],
      see: 'read:users',
      edit: 'update:users',
    },
  ])
})

test('every fault is told at once, and where it is', () => {
  const { faults } = readCustomFields([
    plan,
    { name: 'e-mail', label: '', path: 'app_metadata', type: 'colour' },
    { name: 'blocked', label: 'Blocked', path: 'app_metadata.blocked', type: 'boolean' },
    { name: 'p_lan', label: 'Plan', path: 'app_metadata.plan.name', type: 'text' },
    { name: 'level', label: 'Level', path: 'user_metadata.level', type: 'number', options: ['1', '1'], colour: 'red' },
    { name: 'tier', label: 'Tier', path: 'user_metadata.tier', type: 'one-of' },
    { name: 'salary', label: 'Salary', path: 'app_metadata.hr.salary', type: 'number', see: 'read:salary' },
    'none',
  ])
  expect(faults.map(({ at }) => at).sort()).toEqual([
    'fields[1].label',
    'fields[1].name',
    'fields[1].path',
    'fields[1].type',
    'fields[2].name',
    'fields[2].path',
    'fields[3].name',
    'fields[3].path',
    'fields[4]',
    'fields[5].options',
    'fields[6].path',
    'fields[7]',
  ])
  expect(readCustomFields({ plan }).faults).toMatchObject([{ at: 'fields' }])
})

test('two options with one value, and options of what has none, are faults', () => {
  const { faults } = readCustomFields([
    { ...plan, options: ['free', 'free'] },
    { name: 'level', label: 'Level', path: 'user_metadata.level', type: 'number', options: ['1'] },
  ])
  expect(faults.map(({ at }) => at)).toEqual(['fields[0].options', 'fields[1].options'])
})

test('Rollcall does not start with a declaration that has a fault', () => {
  expect(() =>
    createCustomFields([
      { ...plan, path: 'plan' },
      { ...plan, label: 7 },
    ]),
  ).toThrow(/^fields\[0\]\.path: .*\nfields\[1\]\.label: /)
})
