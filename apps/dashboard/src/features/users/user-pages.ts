import type { UserSummary } from '@rollcall/contracts/admin-api'
import { ref } from 'vue'

interface Page {
  /** Where it begins, as the server says it; undefined: at the top. */
  after: string | undefined
  /** How many rows are before it. */
  start: number
  userIds: string[]
  /** undefined: far from what is in view; to be fetched again should one come back. */
  users: UserSummary[] | undefined
  /** What it shows may be out of date. */
  isStale: boolean
}

export interface Row {
  userId: string
  user: UserSummary | undefined
}

export interface UserPages {
  /** How many rows there are so far. Reading rows follows every change. */
  length: () => number
  /** Where what was not asked for yet begins; null: there is nothing more. */
  next: () => string | null | undefined
  at: (row: number) => Row | undefined
  /** @returns -1 when the user is not in the rows so far */
  rowOf: (userId: string) => number
  userIds: (from: number, to: number) => string[]
  /** Those of the whole pages that the rows are in. */
  userIdsAround: (from: number, to: number) => string[]
  /** Those that are held. */
  users: () => UserSummary[]
  /** The pages between two rows that have to be fetched, by number, each with where it begins and how many rows it has. */
  wanting: (from: number, to: number) => { page: number; after: string | undefined; rows: number }[]
  /** Takes in an answer, to what was asked with `after`; one to a question that has become idle meanwhile is let go. */
  put: (page: number | 'next', after: string | undefined, answer: { users: UserSummary[]; next: string | null }) => void
  /** Of the pages farthest from a row only the ids are kept. */
  keepAround: (row: number) => void
  /** Those of the users who are in the rows so far. */
  known: (userIds: readonly string[]) => string[]
  replace: (users: UserSummary[]) => void
  remove: (userId: string) => void
  /** What is held is fetched again once it comes into view; but for the pages that these rows are in. */
  age: (except?: { from: number; to: number }) => void
}

/**
 * A list as far as it has been scrolled to, by cursor. Any number of rows: only the pages of `kept` rows hold users, the others the ids and the cursor
 * to fetch them again. What it holds is too large to be watched deeply: it has one version, which changes with it.
 */
export function createUserPages({ kept = 4000 }: { kept?: number } = {}): UserPages {
  const version = ref(0)
  const pages: Page[] = []
  const loaded = new Set<Page>()
  let next: string | null | undefined
  let length = 0

  const changed = () => {
    length = 0
    for (const page of pages) {
      page.start = length
      length += page.userIds.length
    }
    version.value += 1
  }

  /** The last page that begins at or before the row: an emptied one begins where its successor does. */
  const pageAt = (row: number): number => {
    let low = 0
    let high = pages.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((pages[middle]?.start ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }

  const take = (page: Page, users: UserSummary[]) => {
    page.users = users
    page.userIds = users.map(({ userId }) => userId)
    page.isStale = false
    loaded.add(page)
  }
  /** @returns whether it had any of them */
  const drop = (page: Page, userIds: ReadonlySet<string>): boolean => {
    if (!page.userIds.some((userId) => userIds.has(userId))) return false
    page.users = page.users?.filter(({ userId }) => !userIds.has(userId))
    page.userIds = page.userIds.filter((userId) => !userIds.has(userId))
    return true
  }

  const holds = (page: Page, { from, to }: { from: number; to: number }) =>
    page.start <= to && page.start + page.userIds.length > from
  const read = <Value>(value: Value): Value => {
    void version.value
    return value
  }
  return {
    length: () => read(length),
    next: () => read(next),
    at: (row) => {
      const page = read(pages)[pageAt(row)]
      const userId = page?.userIds[row - page.start]
      return page && userId !== undefined ? { userId, user: page.users?.[row - page.start] } : undefined
    },
    rowOf: (userId) => {
      for (const { start, userIds } of read(pages)) {
        const place = userIds.indexOf(userId)
        if (place >= 0) return start + place
      }
      return -1
    },
    userIds: (from, to) => {
      const found: string[] = []
      for (let index = pageAt(from); index < pages.length; index += 1) {
        const page = pages[index]
        if (!page || page.start > to) break
        found.push(...page.userIds.slice(Math.max(0, from - page.start), to - page.start + 1))
      }
      return found
    },
    userIdsAround: (from, to) => pages.filter((page) => holds(page, { from, to })).flatMap(({ userIds }) => userIds),
    users: () => read([...loaded]).flatMap(({ users }) => users ?? []),
    wanting: (from, to) => {
      const wanted: { page: number; after: string | undefined; rows: number }[] = []
      for (let index = pageAt(from); index < pages.length; index += 1) {
        const page = pages[index]
        if (!page || page.start > to) break
        if (!page.users || page.isStale) wanted.push({ page: index, after: page.after, rows: page.userIds.length })
      }
      return wanted
    },
    put: (at, after, answer) => {
      const index = at === 'next' ? pages.length : at
      if (at === 'next' && next !== null && (next === after || pages.length === 0)) {
        pages.push({ after, start: length, userIds: [], users: undefined, isStale: false })
      }
      const page = pages[index]
      if (!page || page.after !== after) return
      take(page, answer.users)
      // Who has moved here since is no longer where they were.
      const here = new Set(page.userIds)
      const following = pages[index + 1]
      let hasTaken = false
      for (const other of loaded) {
        if (other !== page && drop(other, here) && other === following) hasTaken = true
      }
      if (!following || answer.next === null) {
        for (const gone of pages.splice(index + 1)) loaded.delete(gone)
        next = answer.next
      } else if (following.after !== answer.next) {
        // Somebody left: the page took rows from the next one. Somebody came: there are rows between the two that nobody has shown.
        following.isStale ||= !hasTaken
        following.after = answer.next
      }
      changed()
    },
    keepAround: (row) => {
      let held = 0
      for (const page of loaded) held += page.userIds.length
      if (held <= kept) return
      const far = [...loaded].sort((one, other) => Math.abs(other.start - row) - Math.abs(one.start - row))
      for (const page of far) {
        if (held <= kept) break
        held -= page.userIds.length
        page.users = undefined
        loaded.delete(page)
      }
      version.value += 1
    },
    known: (userIds) => {
      const asked = new Set(userIds)
      return pages.flatMap((page) => page.userIds.filter((userId) => asked.has(userId)))
    },
    replace: (users) => {
      const fresh = new Map(users.map((user) => [user.userId, user]))
      for (const page of loaded) {
        if (!page.userIds.some((userId) => fresh.has(userId))) continue
        page.users = page.users?.map((user) => fresh.get(user.userId) ?? user)
      }
      version.value += 1
    },
    remove: (userId) => {
      const one = new Set([userId])
      for (const page of pages) drop(page, one)
      changed()
    },
    age: (except) => {
      for (const page of loaded) {
        if (!except || !holds(page, except)) page.isStale = true
      }
      version.value += 1
    },
  }
}
