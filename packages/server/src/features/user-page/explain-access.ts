import {
  printUserFilter,
  type AccessExplanation,
  type AccessQuery,
  type NamedRole,
  type RoleHolders,
  type UserFilter,
} from '@rollcall/contracts/admin-api'
import type { StoreQueries } from '../../store/open-store.ts'
import { userSource, type UserSourceDeps } from '../users/user-source.ts'
import { countUsers } from '../users/search/find-users.ts'
import { listPermissions } from './list-permissions.ts'

/**
 * Why somebody has a permission, and who else has it by the same roles. Whom the permission was given directly, nobody can be asked: the
 * Management API tells it one user at a time.
 * @throws NotFound `user-not-found`
 */
export async function explainAccess(
  deps: UserSourceDeps,
  { userId, permission, api }: AccessQuery & { userId: string },
  now: Date,
): Promise<AccessExplanation> {
  const [{ permissions, organizationsProblem }, source] = await Promise.all([
    listPermissions(deps, userId),
    userSource(deps),
  ])
  const found = permissions.find((one) => one.permission === permission && one.api.identifier === api)
  const paths = found?.sources ?? []
  const roles = paths.flatMap((path) => (path.kind === 'role' ? [path.role] : []))
  return {
    permission,
    api: found?.api ?? null,
    paths,
    holders: source.kind === 'directory' ? await holdersOf(source.db, roles, now) : null,
    organizationsProblem,
  }
}

const holdersOf = (db: StoreQueries, roles: readonly NamedRole[], now: Date): Promise<RoleHolders[]> =>
  Promise.all(
    roles.map(async (role) => {
      // By id: two roles may have one name.
      const filter: UserFilter = { kind: 'match', field: 'role', pieces: [role.roleId] }
      return { role, users: await countUsers(db, { filter, now }), filter: printUserFilter(filter) }
    }),
  )
