import type { UserSummary } from '@rollcall/contracts/admin-api'
import { json, pageOf, problem, someUser } from './mount-page.ts'
import type { Answers } from './mount-page.ts'

/**
 * A server with people in an order of its own, that pages by cursor; what is asked of it, it answers as the real one would.
 * @param countedUpTo in place of the thousand that it counts unless asked for the exact number
 * @param appMetadata of each of them
 */
export function fakeUsers(
  count: number,
  { countedUpTo = Infinity, appMetadata = {} }: { countedUpTo?: number; appMetadata?: Record<string, unknown> } = {},
) {
  const person = (index: number) =>
    someUser({ userId: `auth0|${index}`, name: `Person ${index}`, email: `p${index}@example.com` })
  let people = Array.from({ length: count }, (_, index) => person(index))
  let broken: Response | undefined
  const answers: Answers = (request) => {
    if (broken) return broken.clone()
    const path = request.split(' ')[1] ?? ''
    const url = new URL(path, 'http://localhost')
    const asked = (name: string) => url.searchParams.get(name) ?? ''
    const columns = asked('columns').split(',').filter(Boolean)
    const shown = (user: UserSummary) => ({
      ...user,
      columns: Object.fromEntries(
        columns.map((name) => [name, appMetadata[name.replace('app_metadata.', '')] ?? `${name} of ${user.name}`]),
      ),
    })
    const matching = people.filter(({ name }) => name?.includes(asked('filter')))
    switch (url.pathname) {
      case '/api/users': {
        const start = matching.findIndex(({ userId }) => userId === atob(asked('after'))) + 1
        const page = matching.slice(start, start + Number(asked('limit')))
        const hasMore = start + page.length < matching.length
        return pageOf(page.map(shown), {
          next: hasMore ? btoa(page.at(-1)?.userId ?? '') : null,
          count:
            asked('after') || (hasMore && countedUpTo < Infinity) ? null : { users: matching.length, isExact: true },
        })
      }
      case '/api/users/count':
        return json(asked('most') && matching.length > countedUpTo ? { users: countedUpTo, isExact: false } : { users: matching.length, isExact: true }) // prettier-ignore
      case '/api/users/refresh': {
        const wanted = asked('userIds').split(',')
        return json({ users: people.filter(({ userId }) => wanted.includes(userId)).map(shown) })
      }
      case '/api/users/metadata-paths':
        return json({ paths: [{ path: 'app_metadata.plan', users: 3, types: [{ type: 'string', users: 3 }] }] })
      default: {
        const userId = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
        const found = people.find((user) => user.userId === userId)
        if (!found) return problem(404, 'There is no such user.')
        return json({ ...found, identities: [], userMetadata: {}, appMetadata: { plan: 'pro', ...appMetadata } })
      }
    }
  }
  return {
    answers,
    breakDown: (answer: Response | undefined) => (broken = answer),
    signUp: (name: string) => (people = [someUser({ userId: `auth0|${name}`, name }), ...people]),
    leave: (userId: string) => (people = people.filter((user) => user.userId !== userId)),
    change: (userId: string, name: string) =>
      (people = people.map((user) => (user.userId === userId ? { ...user, name } : user))),
  }
}
