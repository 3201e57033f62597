import { expect, test } from 'vitest'
import { someUser } from '../../testing/mount-page.ts'
import { createUserPages } from './user-pages.ts'
import type { UserPages } from './user-pages.ts'

/** Keyset paging over ids in their order: a cursor is the id of the last row before. */
function serverOf(ids: string[], limit = 3) {
  return (after: string | undefined) => {
    const following = ids.filter((id) => after === undefined || id > after)
    const page = following.slice(0, limit)
    return {
      users: page.map((userId) => someUser({ userId })),
      next: following.length > limit ? (page.at(-1) ?? null) : null,
    }
  }
}
const lettersTo = (last: string) =>
  Array.from({ length: last.charCodeAt(0) - 96 }, (_, index) => String.fromCharCode(97 + index))

function loadAll(pages: UserPages, serve: ReturnType<typeof serverOf>) {
  for (let next = pages.next(); next !== null; next = pages.next()) pages.put('next', next, serve(next))
}
function opened(ids: string[], kept?: number) {
  const serve = serverOf(ids)
  const pages = createUserPages(kept === undefined ? {} : { kept })
  loadAll(pages, serve)
  return { pages, serve }
}
const all = (pages: UserPages) => pages.userIds(0, pages.length()).join('')
const held = (pages: UserPages) =>
  Array.from({ length: pages.length() }, (_, row) => (pages.at(row)?.user ? pages.at(row)?.userId : '.')).join('')

test('pages far from a row let go of their users, keep their places, and are fetched again by their cursors', () => {
  const { pages, serve } = opened(lettersTo('o'), 6)
  pages.keepAround(14)
  expect(held(pages)).toBe('.........jklmno')
  expect(all(pages)).toBe('abcdefghijklmno')
  expect(pages.wanting(4, 7)).toEqual([
    { page: 1, after: 'c', rows: 3 },
    { page: 2, after: 'f', rows: 3 },
  ])
  pages.put(1, 'c', serve('c'))
  expect(held(pages)).toBe('...def...jklmno')
})

test('where somebody left, the page takes a row from the next one, and nobody is twice in the list', () => {
  const { pages } = opened(lettersTo('i'))
  const serve = serverOf(lettersTo('i').filter((id) => id !== 'e'))
  pages.put(1, 'c', serve('c'))
  expect(all(pages)).toBe('abcdfghi')
  expect(pages.wanting(0, 8)).toEqual([])
})

test('where somebody came, the rows after are fetched again, and nobody is left out', () => {
  const ids = lettersTo('i').filter((id) => id !== 'e')
  const { pages } = opened(ids)
  const serve = serverOf(lettersTo('i'))
  pages.put(1, 'c', serve('c'))
  for (let wanted = pages.wanting(0, 9)[0]; wanted; wanted = pages.wanting(0, 9)[0]) {
    pages.put(wanted.page, wanted.after, serve(wanted.after))
  }
  loadAll(pages, serve)
  expect(all(pages)).toBe('abcdefghi')
})

test('an answer to a question that is idle by now is let go', () => {
  const { pages, serve } = opened(lettersTo('i'))
  pages.put(1, 'somewhere else', serve('f'))
  pages.put('next', 'c', serve('c'))
  expect(all(pages)).toBe('abcdefghi')
})

test('a list that has become shorter ends where it ends now', () => {
  const { pages } = opened(lettersTo('i'))
  pages.put(1, 'c', serverOf(lettersTo('e'))('c'))
  expect(all(pages)).toBe('abcde')
  expect(pages.next()).toBeNull()
})

test('who is removed leaves no gap, and who is replaced stays in place', () => {
  const { pages } = opened(lettersTo('f'))
  pages.remove('b')
  pages.replace([someUser({ userId: 'c', name: 'Changed' })])
  expect(all(pages)).toBe('acdef')
  expect(pages.at(1)?.user?.name).toBe('Changed')
  expect(pages.rowOf('f')).toBe(4)
  expect(pages.at(5)).toBeUndefined()
})

test('an emptied page is passed over', () => {
  const { pages } = opened(lettersTo('i'))
  for (const id of ['d', 'e', 'f']) pages.remove(id)
  expect(all(pages)).toBe('abcghi')
  expect(pages.at(3)?.userId).toBe('g')
})

test('what is old outside of what is in view is fetched again, what is in view stands', () => {
  const { pages } = opened(lettersTo('i'))
  pages.age({ from: 3, to: 4 })
  expect(pages.wanting(0, 8).map(({ page }) => page)).toEqual([0, 2])
})
