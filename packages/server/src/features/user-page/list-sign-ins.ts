import type { UserRefreshTokens, UserSessions } from '@rollcall/contracts/admin-api'
import { attemptPart } from './attempt-part.ts'
import type { OfUserDeps } from './deps.ts'
import { presentRefreshToken, presentSession } from './present-sign-ins.ts'

/** Where somebody is signed in, the latest seen first. @throws NotFound `user-not-found` */
export async function listSessions({ tenant }: OfUserDeps, userId: string): Promise<UserSessions> {
  const [{ items, isComplete }, names] = await Promise.all([
    tenant.ofUser.sessions(userId),
    attemptPart(tenant.clientNames()),
  ])
  const sessions = items.map((session) => presentSession(session, names.value))
  return { sessions: latestFirst(sessions, (one) => one.lastSeenAt ?? one.createdAt), isComplete }
}

/** Which applications hold lasting access, the latest used first. @throws NotFound `user-not-found` */
export async function listRefreshTokens({ tenant }: OfUserDeps, userId: string): Promise<UserRefreshTokens> {
  const [{ items, isComplete }, names] = await Promise.all([
    tenant.ofUser.refreshTokens(userId),
    attemptPart(tenant.clientNames()),
  ])
  const refreshTokens = items.map((token) => presentRefreshToken(token, names.value))
  return { refreshTokens: latestFirst(refreshTokens, (one) => one.lastUsedAt ?? one.createdAt), isComplete }
}

const latestFirst = <Item>(items: Item[], momentOf: (item: Item) => string): Item[] =>
  items.toSorted((one, other) => Date.parse(momentOf(other)) - Date.parse(momentOf(one)))
