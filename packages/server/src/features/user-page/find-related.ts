import {
  joinFilters,
  printUserFilter,
  type RelatedUsers,
  type UserFilter,
  type UserSummary,
} from '@rollcall/contracts/admin-api'
import { listFromDirectory } from '../users/list-from-directory.ts'
import { presentUserSummary } from '../users/present-user.ts'
import { countUsers } from '../users/search/find-users.ts'
import { userSource, type UserSourceDeps } from '../users/user-source.ts'

const mostShown = 10

/** Other accounts with the e-mail address of this one: of the same person, most likely. @throws NotFound `user-not-found` */
export async function findRelated(deps: UserSourceDeps, userId: string, now: Date): Promise<RelatedUsers> {
  const [{ email }, source] = await Promise.all([deps.tenant.users.get(userId), userSource(deps)])
  if (!email) return { users: [], count: 0, filter: null }
  const sameEmail: UserFilter = { kind: 'match', field: 'email', pieces: [email] }
  const filter = printUserFilter(sameEmail)
  if (source.kind === 'tenant') {
    const others = (await source.tenant.usersByEmail(email)).filter((user) => user.user_id !== userId)
    return { users: others.slice(0, mostShown).map(presentUserSummary), count: others.length, filter }
  }
  const others = joinFilters('all', [sameEmail, { kind: 'not', of: { kind: 'match', field: 'user_id', pieces: [userId] } }]) // prettier-ignore
  const wanted = {
    filter: others,
    sort: '-last_login',
    limit: mostShown,
    after: undefined,
    columns: [],
    isCounted: false,
    now,
  }
  const { users } = await listFromDirectory(source.db, wanted)
  const count = users.length < mostShown ? users.length : await countUsers(source.db, { filter: others, now })
  return { users: users.map(withoutColumns), count, filter }
}

const withoutColumns = ({ columns: _none, ...user }: UserSummary) => user
