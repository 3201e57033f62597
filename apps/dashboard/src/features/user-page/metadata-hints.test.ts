import { expect, test } from 'vitest'
import { hintsOf, missingHints, oddHints, withHint } from './metadata-hints.ts'

const found = [
  { path: 'app_metadata.plan', users: 900, types: [{ type: 'string' as const, users: 899 }, { type: 'null' as const, users: 1 }] },
  { path: 'app_metadata.seats', users: 400, types: [{ type: 'number' as const, users: 400 }] },
  { path: 'app_metadata.address.city', users: 300, types: [{ type: 'string' as const, users: 300 }] },
  { path: 'app_metadata.mixed', users: 200, types: [{ type: 'string' as const, users: 120 }, { type: 'number' as const, users: 80 }] },
  { path: 'user_metadata.theme', users: 500, types: [{ type: 'string' as const, users: 500 }] },
] // prettier-ignore
const field = {
  name: 'since',
  label: 'Customer since',
  path: 'app_metadata.since',
  type: 'date' as const,
  options: [],
  mayEdit: true,
}
const hints = hintsOf('app_metadata', found, [field, { ...field, path: 'app_metadata.seats', mayEdit: false }]) // prettier-ignore

test('what others have is offered, where they agree on what it is; what is declared by its name, and what is locked not at all', () => {
  expect(missingHints(hints, {}).map(({ label, type }) => [label, type])).toEqual([
    ['plan', 'string'],
    ['address.city', 'string'],
    ['Customer since', 'string'],
  ])
})

test('what is there is not offered, nor what would take the place of something', () => {
  expect(missingHints(hints, { plan: null, address: 'Rome' }).map(({ path }) => path)).toEqual(['since'])
  expect(missingHints(hints, { address: { street: 'Via Appia' } }).map(({ path }) => path)).toContain('address.city')
})

test('it is added empty, beside what is there', () => {
  const [, city] = missingHints(hints, {})
  expect(city && withHint({ address: { street: 'Via Appia' }, plan: 'gold' }, city)).toEqual({
    address: { street: 'Via Appia', city: '' },
    plan: 'gold',
  })
  expect(city && withHint({}, city)).toEqual({ address: { city: '' } })
})

test('a changed value of another type than with others is told; an unchanged one, and nothing, are not', () => {
  const odd = (written: Record<string, unknown>, changed: string[]) =>
    oddHints(hints, written, changed).map(({ hint, type }) => [hint.path, type, hint.type])
  expect(odd({ plan: 7, address: { city: ['Rome'] } }, ['plan', 'address'])).toEqual([
    ['plan', 'number', 'string'],
    ['address.city', 'array', 'string'],
  ])
  expect(odd({ plan: 7 }, [])).toEqual([])
  expect(odd({ plan: null }, ['plan'])).toEqual([])
})
