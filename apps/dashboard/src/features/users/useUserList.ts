import type { Freshness, UserCount, UserPage, UserSort } from '@rollcall/contracts/admin-api'
import { useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, ref, shallowRef, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, ShallowRef } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { toError } from '../../api/problem.ts'
import { furtherColumns } from './columns.ts'
import type { ListQuestion } from './useListAddress.ts'
import { createUserPages } from './user-pages.ts'
import type { UserPages } from './user-pages.ts'
import { countUsers, listUsers, refreshUsers, refreshedAtOnce } from './users.api.ts'

export const userListKey = 'users'

const perPage = 100
/** Whoever has come far goes on far: each further page is half as long as the list until then, up to this. */
const mostPerPage = 500
/** How near the end the next page is asked for, in rows. */
const reserve = 60
/** Rows that are only flown over are not fetched. */
const settledMs = 80
/** Changes that come together are looked at together. */
const gatheredMs = 300
const oldAfterMs = 10_000
/** Counted so far unless somebody wants to know. */
const countedUpTo = 1000
/** Nobody looks at how many match the half of a word. */
const typedMs = 300

/** The answer to one question, as far as it has been scrolled to. */
export interface UserList {
  filter: string
  sort: UserSort
  pages: UserPages
  count: ShallowRef<UserCount>
  reachable: number | null
  freshness: ShallowRef<Freshness>
  /** Who was in it and is no longer in the tenant. */
  gone: ShallowRef<ReadonlySet<string>>
  /** Which further columns its rows have. */
  columns: string
  openedAt: number
}

function openList({ filter, sort, columns }: ListQuestion, answer: UserPage): UserList {
  const pages = createUserPages()
  pages.put('next', undefined, answer)
  const counted = answer.count ?? { users: answer.users.length, isExact: answer.next === null }
  return {
    filter,
    sort,
    pages,
    count: shallowRef(counted),
    reachable: answer.reachable,
    freshness: shallowRef(answer.freshness),
    gone: shallowRef(new Set()),
    columns: furtherColumns(columns).join(),
    openedAt: Date.now(),
  }
}

/** The users that match. The answer before stays until there is one to the new question; what is far from view is let go, and fetched again. */
export function useUserList(api: ApiClient, wanted: MaybeRefOrGetter<ListQuestion>) {
  const filter = computed(() => toValue(wanted).filter)
  const sort = computed(() => toValue(wanted).sort)
  const query = useQuery({
    queryKey: [userListKey, filter, sort],
    queryFn: async ({ signal }) => {
      const question = toValue(wanted)
      return openList(question, await listUsers(api, { ...question, limit: perPage, after: undefined }, signal))
    },
    staleTime: Infinity, // it brings itself up to date
    structuralSharing: false,
    shallow: true,
  })
  const list = shallowRef<UserList>()
  const hasNews = ref(false)
  const moreProblem = shallowRef<Error | null>(null)
  const requests = new Map<number | 'next', AbortController>()
  const fetching = ref(0)
  let view = { from: 0, to: 0 }
  let settling: ReturnType<typeof setTimeout> | undefined
  let counting: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(counting))

  watch(
    query.data,
    (found) => {
      if (!found || found === list.value) return
      stopRequests()
      if (Date.now() - found.openedAt > oldAfterMs) found.pages.age()
      list.value = found
      hasNews.value = false
      moreProblem.value = null
      bringColumns(found)
      count(found)
    },
    { immediate: true },
  )
  watch(
    () => furtherColumns(toValue(wanted).columns).join(),
    () => list.value && bringColumns(list.value),
  )
  onScopeDispose(stopRequests)

  /** The rows are there already, and so it is known that there are as many; it stays at that where it cannot be counted. */
  function count(of: UserList) {
    clearTimeout(counting)
    if (of.count.value.isExact) return
    counting = setTimeout(() => {
      countUsers(api, { filter: of.filter, most: countedUpTo }).then(
        (counted) => {
          if (!of.count.value.isExact) of.count.value = counted
        },
        () => undefined, // the list says what is wrong with the server, and the exact count can be asked for
      )
    }, typedMs)
  }

  /** Rows stay where they are; what a new column shows of them comes after. */
  function bringColumns(of: UserList) {
    const columns = furtherColumns(toValue(wanted).columns)
    const has = new Set(of.columns.split(','))
    of.columns = columns.join()
    if (columns.every((column) => has.has(column))) return
    stopRequests()
    of.pages.age()
    fetchWanting()
  }

  function stopRequests() {
    for (const request of requests.values()) request.abort()
    requests.clear()
    clearTimeout(settling)
  }

  async function fetchPage(page: number | 'next', after: string | undefined, rows: number) {
    const of = list.value
    if (!of || requests.has(page)) return
    const request = new AbortController()
    requests.set(page, request)
    fetching.value += 1
    try {
      const { columns } = toValue(wanted)
      const limit = Math.min(mostPerPage, Math.max(perPage, rows))
      const question = { filter: of.filter, sort: of.sort, columns, limit, after }
      const answer = await listUsers(api, question, request.signal)
      if (request.signal.aborted) return
      of.pages.put(page, after, answer)
      of.freshness.value = answer.freshness
      if (answer.count) of.count.value = answer.count
      moreProblem.value = null
    } catch (error) {
      if (!request.signal.aborted) moreProblem.value = toError(error)
    } finally {
      fetching.value -= 1
      if (requests.get(page) === request) requests.delete(page)
    }
  }

  function fetchWanting() {
    clearTimeout(settling)
    settling = setTimeout(() => {
      const wanting = list.value?.pages.wanting(view.from, view.to) ?? []
      for (const [page, request] of requests) {
        if (page !== 'next' && !wanting.some((one) => one.page === page)) request.abort()
      }
      for (const { page, after, rows } of wanting) void fetchPage(page, after, rows)
    }, settledMs)
  }

  function fetchMore() {
    const pages = list.value?.pages
    const next = pages?.next()
    if (pages && typeof next === 'string') void fetchPage('next', next, Math.floor(pages.length() / 2))
  }

  /** Says which rows are in view. */
  function look(from: number, to: number) {
    const of = list.value
    if (!of) return
    view = { from, to }
    of.pages.keepAround(from)
    if (moreProblem.value) return
    if (to >= of.pages.length() - reserve) fetchMore()
    fetchWanting()
  }

  const changed = new Set<string>()
  let gathering: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(gathering))

  /** Brings rows up to date where they stand; who is no longer there is marked, and stays until the list is opened anew. */
  async function refresh(userIds: string[]) {
    const of = list.value
    for (let from = 0; of && from < userIds.length; from += refreshedAtOnce) {
      const asked = userIds.slice(from, from + refreshedAtOnce)
      const { users } = await refreshUsers(api, asked, toValue(wanted).columns)
      of.pages.replace(users)
      const there = new Set(users.map(({ userId }) => userId))
      const gone = asked.filter((userId) => !there.has(userId))
      if (gone.length > 0) of.gone.value = new Set([...of.gone.value, ...gone])
    }
  }

  function refreshChanged() {
    const of = list.value
    if (!of) return
    const known = changed.has('many') ? [] : of.pages.known([...changed])
    const isMany = changed.has('many') || known.length > refreshedAtOnce
    if (isMany || known.length < changed.size) hasNews.value = true
    changed.clear()
    if (isMany) of.pages.age(view)
    refresh(isMany ? of.pages.userIdsAround(view.from, view.to) : known).catch(() => {
      // Nobody waits for this one. What is shown may be old: it is fetched again when next it is looked at, and that failure is told.
      of.pages.age()
      hasNews.value = true
    })
  }

  const length = computed(() => list.value?.pages.length() ?? 0)
  const isComplete = computed(() => list.value?.pages.next() === null)
  return {
    list,
    length,
    at: (row: number) => list.value?.pages.at(row),
    /** How many match. Once the end is reached it is known, whatever was said before. */
    count: computed<UserCount | undefined>(() => {
      const counted = list.value?.count.value
      return counted && !counted.isExact && isComplete.value ? { users: length.value, isExact: true } : counted
    }),
    reachable: computed(() => list.value?.reachable ?? null),
    freshness: computed(() => list.value?.freshness.value),
    gone: computed(() => list.value?.gone.value ?? new Set<string>()),
    isComplete,
    isLoading: computed(() => !list.value && query.isFetching.value),
    /** What is shown answers the question before this one. */
    isOutdated: computed(
      () => list.value !== undefined && (list.value.filter !== filter.value || list.value.sort !== sort.value),
    ),
    isRefreshing: computed(() => query.isFetching.value || fetching.value > 0),
    /** The question could not be answered. */
    problem: query.error,
    /** It was answered, but more of it could not be fetched. */
    moreProblem,
    /** There may be users whom the list does not show yet. */
    hasNews,
    look,
    retry: () => {
      if (query.error.value) return void query.refetch()
      moreProblem.value = null
      look(view.from, view.to)
    },
    /** Opens the list anew, from the top. */
    restart: async () => {
      await query.refetch()
    },
    countExactly: async () => {
      const of = list.value
      if (of) of.count.value = await countUsers(api, { filter: of.filter })
    },
    /** Tells the list that users have changed: which, or that there are many. */
    noteChanged: (userIds: readonly string[] | 'many') => {
      for (const userId of userIds === 'many' ? ['many'] : userIds) changed.add(userId)
      clearTimeout(gathering)
      gathering = setTimeout(refreshChanged, gatheredMs)
    },
  }
}
