import { expect, test } from 'vitest'
import { hasFailed, kindOf, typesOfKind, typesWanted } from './timeline-kinds.ts'

test('a code is of one kind, and whatever is of none can be asked for', () => {
  const all = Object.values(typesOfKind).flat()
  expect(all.filter((type, place) => all.indexOf(type) !== place)).toEqual([])
  expect(kindOf('brand_new')).toBe('other')
  expect(typesWanted('other')).toEqual({ areNot: all })
})

test.each([
  ['s', false],
  ['fp', true],
  ['ferrt', true],
  ['limit_wc', true],
  ['gd_auth_failed', true],
  ['forms_submission_succeeded', false],
  ['pla', false],
])('whether %s tells of a failure: %s', (type, isFailure) => {
  expect(hasFailed(type)).toBe(isFailure)
})
