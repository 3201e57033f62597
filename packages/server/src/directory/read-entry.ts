import { ManagementUser, type ManagementLogEntry } from '@rollcall/contracts/management-api'
import type { PendingNote } from './state.store.ts'

/** Something that is counted by day. */
export interface Happening {
  kind: 'sign-up' | 'sign-in' | 'failure'
  /** Of UTC: `2025-03-14`. */
  day: string
  connection: string
  userId: string | undefined
}

export interface ReadEntry {
  notes: PendingNote[]
  happening: Happening | undefined
  /** Where that is all it tells: a user as a change has left them. Whoever knows them so already has nothing to read. */
  told: ManagementUser | undefined
}

/**
 * Sign-ins as people would count them. A token got for a code belongs to a sign-in that has its own entry, a silent or refreshed one to an
 * earlier sign-in; the grants without a page have no other entry than this.
 */
const signIns = new Set(['s', 'sepft', 'sepotpft', 'seotpft', 'seoobft', 'sercft', 'sepkoobft', 'sepkotpft', 'sepkrcft', 'sens']) // prettier-ignore
/** Each attempt once: Auth0 logs a wrong password of the password grant as `fp` and again as `fepft`. */
const failures = new Set(['f', 'fp', 'fu', 'fepotpft'])
/** What tells of a user and leaves them as they were. Every other entry with a user's id may have changed them. */
const unchanging = new Set(['slo', 'seacft', 'seccft', 'mfar', 'cls', 'cs', 'scpr', 'svr', 'gd_start_auth', 'gd_start_enroll', 'gd_send_email', 'gd_send_sms', 'gd_send_pn', 'gd_send_voice', 'pwd_leak', 'limit_wc', 'limit_mu', 'limit_sul', 'api_limit', 'api_limit_warning', 'srrt', 'sd', 'pla', 'mgmt_api_read', 'fapi']) // prettier-ignore

const user = (id: string): PendingNote => ({ kind: 'user', id })

/**
 * What an entry of the tenant's log tells: who or what is to be read again, and what happened on which day.
 * @param namedImports ids of the import jobs that left an entry for each user; added to
 */
export function readEntry(entry: ManagementLogEntry, namedImports: Set<string>): ReadEntry {
  const notes = notesOf(entry, namedImports)
  return { notes, happening: happeningOf(entry), told: toldBy(entry, notes) }
}

/** What `PATCH /users/{id}` answered, in full. Where the log hides a part of it, it is like nobody. */
function toldBy({ type, details }: ManagementLogEntry, notes: readonly PendingNote[]): ManagementUser | undefined {
  const { request, response } = details ?? {}
  const isUpdate =
    type === 'sapi' && isObject(request) && isObject(response) && String(request.method).toLowerCase() === 'patch'
  if (!isUpdate || notes.length === 0) return undefined
  const { success, data } = ManagementUser.safeParse(response.body)
  return success && notes.every(({ kind, id }) => kind === 'user' && id === data.user_id) ? data : undefined
}

function happeningOf(entry: ManagementLogEntry): Happening | undefined {
  const kind = signIns.has(entry.type) ? 'sign-in' : failures.has(entry.type) ? 'failure' : isSignUp(entry) ? 'sign-up' : undefined // prettier-ignore
  if (kind === undefined) return undefined
  const day = new Date(entry.date).toISOString().slice(0, 10)
  return { kind, day, connection: known(entry.connection) ?? '', userId: known(entry.user_id) }
}

/** Auth0 logs `ss` also for a user whom the Management API created, and says in its details that nobody signed up. */
function isSignUp({ type, details }: ManagementLogEntry): boolean {
  return type === 'ss' && !(isObject(details?.body) && details.body.is_signup === false)
}

function notesOf(entry: ManagementLogEntry, namedImports: Set<string>): PendingNote[] {
  const { type, description, details } = entry
  const userId = known(entry.user_id)
  switch (type) {
    case 'sapi':
      return [...(userId === undefined ? [] : [user(userId)]), ...notesOfWrite(details)]
    case 'sdu':
      return notesOfDeletion(entry)
    case 'sui': {
      const jobId = typeof details?.job_id === 'string' ? details.job_id : undefined
      if (userId !== undefined) {
        if (jobId !== undefined) namedImports.add(jobId)
        return [user(userId)]
      }
      // Auth0 tells of a whole import in one entry that names nobody.
      return jobId !== undefined && namedImports.delete(jobId) ? [] : [{ kind: 'fill', id: 'import' }]
    }
    case 'wum':
      // Our own tenant: what changed together with something else, and what changed everybody.
      if (userId !== undefined) return everythingOf(userId)
      return description === 'All users may have changed' ? [{ kind: 'fill', id: 'everybody' }] : []
    case 'si':
    case 'organization_member_added':
      return userId === undefined ? [{ kind: 'organizations', id: '' }] : [user(userId), { kind: 'user-organizations', id: userId }] // prettier-ignore
    case 'directory_sync_completed':
      return [{ kind: 'fill', id: 'directory sync' }]
    default: {
      const leavesAsTheyWere = userId === undefined || unchanging.has(type) || isFailure(type)
      return leavesAsTheyWere ? [] : [user(userId)]
    }
  }
}

const everythingOf = (id: string): PendingNote[] => [
  user(id),
  { kind: 'user-roles', id },
  { kind: 'user-organizations', id },
]

/** `f`, `fp`, `fcp`, …; not `flows_…`, `forms_…`, which are no failures and may have changed somebody. */
const isFailure = (type: string) => type === 'f' || (/^f[a-z]+$/.test(type) && !type.startsWith('forms'))

/** Auth0 names who was deleted in the description, without the provider. */
function notesOfDeletion({ description, user_id: named, strategy }: ManagementLogEntry): PendingNote[] {
  const userId = known(named)
  if (userId !== undefined) return [user(userId)]
  const bare = /^user_id: (\S+)$/.exec(description ?? '')?.[1]
  return bare === undefined || typeof strategy !== 'string' ? [] : [user(`${strategy}|${bare}`)]
}

const pathShape = /^\/api\/v2\/([a-z-]+)(?:\/([^/]+))?(?:\/([a-z-]+))?(?:\/([^/]+))?(?:\/([^/]+))?/

/** What a write of the Management API changed, by its path, what it was sent and what it answered. */
function notesOfWrite(details: ManagementLogEntry['details']): PendingNote[] {
  const request = isObject(details?.request) ? details.request : {}
  const response = isObject(details?.response) ? details.response : {}
  const [, noun, id, part, third, fourth] = (pathShape.exec(typeof request.path === 'string' ? request.path : '') ?? []).map(decoded) // prettier-ignore
  const method = String(request.method).toLowerCase()
  const sent = isObject(request.body) ? request.body : {}
  switch (noun) {
    case 'users':
      if (id === undefined) return isObject(response.body) && typeof response.body.user_id === 'string' ? [user(response.body.user_id)] : [] // prettier-ignore
      if (part === 'roles') return [user(id), { kind: 'user-roles', id }]
      if (part === 'identities') return [user(id), ...usersOfIdentities({ method, third, fourth, sent, answer: response.body })] // prettier-ignore
      return [user(id)]
    case 'roles':
      if (id === undefined || part === undefined) return [{ kind: 'roles', id: '' }]
      return part === 'users' ? (membersOf(sent.users, 'user-roles') ?? [{ kind: 'role', id }]) : []
    case 'organizations':
      if (id === undefined || part === undefined) return [{ kind: 'organizations', id: '' }]
      if (part === 'members' && third === undefined) return membersOf(sent.members, 'user-organizations') ?? [{ kind: 'organization', id }] // prettier-ignore
      return []
    case 'connections':
      // With a connection go all of its users, and no entry names them.
      return method === 'delete' && part === undefined ? [{ kind: 'fill', id: 'connection' }] : []
    default:
      return []
  }
}

/** Who was linked is no user of their own any more, and who was unlinked is one again. */
function usersOfIdentities(about: {
  method: string
  third?: string | undefined
  fourth?: string | undefined
  sent: Record<string, unknown>
  answer: unknown
}): PendingNote[] {
  // prettier-ignore
  const { method, third, fourth, sent, answer } = about
  if (method === 'delete') return third === undefined || fourth === undefined ? [] : [user(identityOf(third, fourth))]
  const named = typeof sent.provider === 'string' && sent.user_id !== undefined ? [identityOf(sent.provider, String(sent.user_id))] : [] // prettier-ignore
  const answered = (Array.isArray(answer) ? answer : [])
    .filter(isObject)
    .map(({ provider, user_id: id }) => identityOf(String(provider), String(id)))
  return [...new Set([...named, ...answered])].map(user)
}

const identityOf = (provider: string, id: string) => (id.startsWith(`${provider}|`) ? id : `${provider}|${id}`)

function membersOf(ids: unknown, kind: 'user-roles' | 'user-organizations'): PendingNote[] | undefined {
  const isNamed = Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'string')
  return isNamed ? ids.map((id: string) => ({ kind, id })) : undefined
}

/** Auth0 writes the word `undefined` where it knows nothing. */
function known(value: string | null | undefined): string | undefined {
  return value === null || value === undefined || value === '' || value === 'undefined' ? undefined : value
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
