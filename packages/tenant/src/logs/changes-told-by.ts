import { isJsonObject } from '../schema.ts'
import type { LogEvent } from './log-event.ts'

/** What of whom was changed, in the words of the triggers that note it. */
export interface ToldChange {
  what: 'user' | 'roles of user' | 'organizations of user' | 'roles of member' | 'role' | 'organization'
  id: string
}

/** After which a user may be another one. The rest (a failure, a mail, a token got for a code) tells of no change. */
const telling = new Set([
  's', 'ss', 'sv', 'si', 'scp', 'sui', 'sdu', 'sapi', 'wum', 'sepft', 'sepotpft', 'seotpft', 'sercft', 'ublkdu', 'organization_member_added',
  'gd_enrollment_complete', 'gd_unenroll', 'gd_auth_succeed', 'gd_recovery_succeed',
]) // prettier-ignore
const joining = new Set(['si', 'organization_member_added'])

const pathShape = /^\/api\/v2\/([a-z-]+)(?:\/([^/]+))?(?:\/([a-z-]+))?(?:\/([^/]+))?/

/**
 * The changes that an entry tells of, as whoever follows the log reads it, and no others: by its `user_id`; for a write of the Management API by the
 * path, the members it was sent, or what it answered with.
 */
export function changesToldBy(event: LogEvent): ToldChange[] {
  const { type, user_id: id } = event
  if (!telling.has(type)) return []
  return [
    ...(id === undefined ? [] : [{ what: 'user', id } as const]),
    ...(id !== undefined && joining.has(type) ? [{ what: 'organizations of user', id } as const] : []),
    ...(type === 'sapi' ? changesOfWrite(event) : []),
  ]
}

function changesOfWrite({ details }: LogEvent): ToldChange[] {
  if (!isJsonObject(details?.request) || !isJsonObject(details.response)) return []
  const { path, body } = details.request
  const made = isJsonObject(details.response.body) ? details.response.body : {}
  const [, noun, id, part, member] = (pathShape.exec(typeof path === 'string' ? path : '') ?? []).map((text) => text && decodeURIComponent(text)) // prettier-ignore
  const each = (what: ToldChange['what'], ids: unknown): ToldChange[] =>
    (Array.isArray(ids) ? ids : []).filter((one) => typeof one === 'string').map((one) => ({ what, id: one }))
  const sent = isJsonObject(body) ? body : {}
  switch (noun) {
    case 'users':
      return [...each('user', [id ?? made.user_id]), ...(part === 'roles' ? each('roles of user', [id]) : [])]
    case 'roles':
      if (part === undefined) return each('role', [id ?? made.id])
      return part === 'users' ? each('roles of user', sent.users) : []
    case 'organizations':
      if (part === undefined) return each('organization', [id ?? made.id])
      if (part !== 'members') return []
      return member === undefined ? each('organizations of user', sent.members) : each('roles of member', [member])
    default:
      return []
  }
}
