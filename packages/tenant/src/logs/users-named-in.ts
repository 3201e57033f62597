import { isJsonObject } from '../schema.ts'
import type { LogEvent } from './log-event.ts'

const userPath = /^\/api\/v2\/(?:users|organizations\/[^/]+\/members)\/([^/]+)/
const membersPath = /^\/api\/v2\/(?:roles\/[^/]+\/users|organizations\/[^/]+\/members)$/

/**
 * Whom an entry tells of a change to, as whoever follows the log reads it: by its `user_id`; for a write of the Management API by the path, the
 * members it was sent, or the user it answered with. A failure tells of no change.
 */
export function usersNamedIn({ type, user_id: userId, details }: LogEvent): string[] {
  if (type.startsWith('f')) return []
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
