import { isJsonObject } from '../schema.ts'
import type { LogEvent } from './log-event.ts'

const userPath = /^\/api\/v2\/(?:users|organizations\/[^/]+\/members)\/([^/]+)/
const membersPath = /^\/api\/v2\/(?:roles\/[^/]+\/users|organizations\/[^/]+\/members)$/

/** After which a user may be another one. The rest (a failure, a mail, a token got for a code) tells of no change. */
const telling = new Set([
  's', 'ss', 'sv', 'si', 'scp', 'sui', 'sdu', 'sapi', 'wum', 'sepft', 'sepotpft', 'seotpft', 'sercft', 'ublkdu', 'organization_member_added',
  'gd_enrollment_complete', 'gd_unenroll', 'gd_auth_succeed', 'gd_recovery_succeed',
]) // prettier-ignore

/**
 * Whom an entry tells of a change to, as whoever follows the log reads it: by its `user_id`; for a write of the Management API by the path, the
 * members it was sent, or the user it answered with.
 */
export function usersNamedIn({ type, user_id: userId, details }: LogEvent): string[] {
  if (!telling.has(type)) return []
  const named = userId === undefined ? [] : [userId]
  if (type !== 'sapi' || !isJsonObject(details?.request) || !isJsonObject(details.response)) return named
  const { path, body } = details.request
  const answer = details.response.body
  if (typeof path !== 'string') return named
  const inPath = userPath.exec(path)?.[1]
  if (inPath !== undefined) named.push(decodeURIComponent(inPath))
  if (membersPath.test(path) && isJsonObject(body)) {
    for (const list of [body.users, body.members])
      if (Array.isArray(list)) named.push(...list.filter((one) => typeof one === 'string'))
  }
  if (path === '/api/v2/users' && isJsonObject(answer) && typeof answer.user_id === 'string') named.push(answer.user_id)
  return named
}
