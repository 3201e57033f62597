import { parseUserFilter } from '@rollcall/contracts/user-filter'
import { expect, test } from 'vitest'
import { readDisposableDomains } from './read-disposable-domains.ts'
import { wellKnownDomains } from './well-known-domains.ts'

const domainsOf = (declared?: unknown) => {
  const { filter, faults } = readDisposableDomains(declared)
  expect(faults).toEqual([])
  const found = parseUserFilter(filter ?? '')
  const [any] = found.kind === 'all' ? found.of : []
  if (any?.kind === 'match') return any.pieces
  return any?.kind === 'any' ? any.of.map((one) => (one.kind === 'match' ? one.pieces.join('*') : '')) : []
}

test('left alone it is the well-known ones; there may be more, fewer, or others', () => {
  expect(domainsOf()).toEqual([...wellKnownDomains])
  const changed = domainsOf({ more: ['Trash.Example', 'yopmail.com'], without: ['grr.la'] })
  expect(changed).toContain('trash.example')
  expect(changed).not.toContain('grr.la')
  expect(changed).toHaveLength(wellKnownDomains.length)
  expect(domainsOf({ only: ['trash.example'] })).toEqual(['trash.example'])
  expect(readDisposableDomains({ only: [] })).toEqual({ filter: undefined, faults: [] })
})

test.each([
  [['a.example'], /./, 'disposable domains'],
  [{ more: 'a.example' }, /array/, 'more'],
  [{ more: ['a.example', 'a.example OR blocked:true'] }, /Expected a domain/, 'more[1]'],
  [{ without: ['mailinator'] }, /Expected a domain/, 'without[0]'],
  [{ only: ['a.example'], more: ['b.example'] }, /leave out more/, 'only'],
  [{ more: Array.from({ length: 200 }, (_unused, at) => `d${at}.example`) }, /too many for a filter.*Leave some out/, 'more'],
  [{ also: [] }, /also/, 'disposable domains'],
])('%j is refused with its place', (declared, problem, at) => {
  expect(readDisposableDomains(declared)).toEqual({ filter: undefined, faults: [{ at, problem: expect.stringMatching(problem) }] })
}) // prettier-ignore
