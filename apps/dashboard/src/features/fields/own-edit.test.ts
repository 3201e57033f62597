import type { CustomField } from '@rollcall/contracts/admin-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownChanges, ownFault, ownTexts } from './own-edit.ts'
import { ownFields } from './own-fields.ts'
import { ownValueText } from './own-value-text.ts'

const field = (
  name: string,
  path: string,
  type: CustomField['type'],
  more: Partial<CustomField> = {},
): CustomField => ({
  name,
  label: name,
  path,
  type,
  options: [],
  mayEdit: true,
  ...more,
})
const level = field('level', 'app_metadata.level', 'number')
const city = field('city', 'user_metadata.address.city', 'text')
const zip = field('zip', 'user_metadata.address.zip', 'text')
const vip = field('vip', 'app_metadata.vip', 'boolean')
const hired = field('hired', 'app_metadata.hired', 'date')
const plan = field('plan', 'app_metadata.plan', 'one-of', { options: [{ value: 'gold', label: 'Gold' }] })
const rank = field('rank', 'app_metadata.rank', 'text', { mayEdit: false })

beforeEach(() => (ownFields.value = [level, city, zip, vip, hired, plan, rank]))
afterEach(() => (ownFields.value = []))

const seen = {
  app_metadata: { level: 5, vip: false, rank: 'A', other: 1 },
  user_metadata: { address: { city: 'Paris', street: 'Rue 1' }, theme: 'dark' },
}

test('what is there is written as it is, and writing nothing changes nothing', () => {
  expect(ownTexts(seen)).toMatchObject({ 'app_metadata.level': '5', 'user_metadata.address.city': 'Paris', 'app_metadata.plan': '' }) // prettier-ignore
  expect(ownChanges(seen, ownTexts(seen))).toEqual({ app_metadata: {}, user_metadata: {} })
})

test('a value below the first level is sent with all that is beside it, for Auth0 replaces keys of the first level whole', () => {
  const texts = { ...ownTexts(seen), 'user_metadata.address.city': 'Rome', 'user_metadata.address.zip': '00184' }
  expect(ownChanges(seen, texts)).toEqual({
    app_metadata: {},
    user_metadata: { address: { city: 'Rome', street: 'Rue 1', zip: '00184' } },
  })
  const emptied = { ...ownTexts(seen), 'user_metadata.address.city': ' ' }
  expect(ownChanges(seen, emptied).user_metadata).toEqual({ address: { street: 'Rue 1' } })
})

test('values are of their field’s type; an emptied key of the first level is taken away', () => {
  const texts = { ...ownTexts(seen), 'app_metadata.level': '', 'app_metadata.vip': 'true', 'app_metadata.hired': '2026-03-14', 'app_metadata.plan': 'gold', 'app_metadata.rank': 'S' } // prettier-ignore
  expect(ownChanges(seen, texts).app_metadata).toEqual({ level: null, vip: true, hired: '2026-03-14', plan: 'gold' })
})

test.each([
  [level, '12.5', false],
  [level, 'twelve', true],
  [level, '', false],
  [hired, '2026-02-30', true],
  [plan, 'gold', false],
  [plan, 'iron', true],
  [vip, 'maybe', true],
])('of $name “%s” is a fault: %s', (one, text, isFault) => {
  expect(ownFault(one, text)).toBe(isFault)
})

test('a value is shown in words, and one of another type as it is', () => {
  const words = { t: (key: string) => key, n: String, locale: 'en' }
  expect(ownValueText(plan, 'gold', words)).toBe('Gold')
  expect(ownValueText(plan, 'iron', words)).toBe('iron')
  expect(ownValueText(vip, false, words)).toBe('no')
  expect(ownValueText(hired, '2026-03-14', words)).toBe('Mar 14, 2026')
  expect(ownValueText(hired, 'soon', words)).toBe('soon')
  expect(ownValueText(city, { nested: true }, words)).toBe('{"nested":true}')
  expect(ownValueText(level, null, words)).toBe('')
})
