import type { PartCount, UserCounts } from '@rollcall/contracts/admin-api'
import type { UserSourceDeps } from '../users/user-source.ts'
import { attemptPart } from './attempt-part.ts'
import { findRelated } from './find-related.ts'
import { listFactors } from './list-factors.ts'

/**
 * How much there is to somebody. All parts are asked for at once, so that it takes one exchange with the tenant however many there are, and each
 * may fail alone.
 * @throws NotFound `user-not-found`
 */
export async function countParts(deps: UserSourceDeps, userId: string, now: Date): Promise<UserCounts> {
  const { ofUser } = deps.tenant
  const [identities, roles, permissions, organizations, sessions, refreshTokens, factors, blocks, related] =
    await Promise.all([
      countPart(deps.tenant.users.get(userId).then((user) => user.identities.length)),
      countPart(ofUser.roles(userId).then(({ length }) => length)),
      countPart(ofUser.permissions(userId).then(({ length }) => length)),
      countPart(ofUser.organizations(userId).then(({ length }) => length)),
      countPart(
        ofUser.sessions(userId).then(({ items, isComplete }) => ({ count: items.length, isExact: isComplete })),
      ),
      countPart(
        ofUser.refreshTokens(userId).then(({ items, isComplete }) => ({ count: items.length, isExact: isComplete })),
      ),
      countPart(listFactors(deps, userId).then((found) => found.factors.length)),
      countPart(ofUser.blocks(userId).then(({ length }) => length)),
      countPart(findRelated(deps, userId, now).then(({ count }) => count)),
    ])
  return { identities, roles, permissions, organizations, sessions, refreshTokens, factors, blocks, related }
}

async function countPart(counting: Promise<number | { count: number; isExact: boolean }>): Promise<PartCount> {
  const { value, problem } = await attemptPart(counting)
  if (value === null) return { count: null, isExact: false, problem }
  return typeof value === 'number' ? { count: value, isExact: true, problem: null } : { ...value, problem: null }
}
