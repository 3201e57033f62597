import type { PartProblem, PersonalData } from '@rollcall/contracts/admin-api'
import type { Actor } from '../../access/actor.ts'
import { attemptPart } from '../user-page/attempt-part.ts'
import { listBlocks } from '../user-page/list-blocks.ts'
import { listFactors } from '../user-page/list-factors.ts'
import { listIdentities } from '../user-page/list-identities.ts'
import { listOrganizations } from '../user-page/list-organizations.ts'
import { listPermissions } from '../user-page/list-permissions.ts'
import { listRoles } from '../user-page/list-roles.ts'
import { listRefreshTokens, listSessions } from '../user-page/list-sign-ins.ts'
import { listNotes } from '../notes/change-notes.ts'
import { listTags } from '../notes/change-tags.ts'
import { presentUser } from '../users/present-user.ts'
import { recordFor } from './record-for.ts'
import type { ActionDeps } from '../../actions/deps.ts'
import { readWholeLog, readStaffActions } from './read-history.ts'

export type PersonalDataDeps = Pick<ActionDeps, 'tenant' | 'store' | 'bin' | 'reasonRequired' | 'fields'>

interface Wanted {
  userId: string
  actor: Actor
  now: Date
}

/**
 * Everything that is held on one person. What cannot be had, for want of a scope, of a plan or of the actor's own permission, is named.
 * @throws NotFound `user-not-found`
 */
export async function gatherPersonalData({ tenant, store: { db }, bin, fields }: PersonalDataDeps, wanted: Wanted): Promise<PersonalData> {
  const { userId, actor, now } = wanted
  const sight = fields.sightOf(actor)
  const missing: PersonalData['missing'] = []
  const isMissing = (part: string, problem: PartProblem | null | undefined) => problem && missing.push({ part, ...problem })
  const part = async <Value>(name: string, read: Promise<Value>): Promise<Value | null> => {
    const { value, problem } = await attemptPart(read)
    isMissing(name, problem)
    return value
  }
  const ifMay = <Value>(permission: 'read:logs' | 'read:audit', name: string, read: () => Promise<Value>) => {
    if (actor.permissions.has(permission)) return part(name, read())
    isMissing(name, { code: 'permission-missing', detail: `Whoever asked for this lacks the permission ${permission}.` })
    return Promise.resolve(null)
  }

  const user = await tenant.users.getAnew(userId) // of whom there is nobody, nothing further is asked
  const [record, identities, roles, permissions, organizations, sessions, refreshTokens, factors, blocks, log, staffActions, notes, tags, deletion] =
    await Promise.all([
      part('record', tenant.userRecord(userId).then((whole) => recordFor(whole, sight))),
      part('identities', listIdentities({ tenant }, userId)),
      part('roles', listRoles({ tenant }, userId)),
      part('permissions', listPermissions({ tenant }, userId)),
      part('organizations', listOrganizations({ tenant }, userId)),
      part('sessions', listSessions({ tenant }, userId)),
      part('refreshTokens', listRefreshTokens({ tenant }, userId)),
      part('factors', listFactors({ tenant }, userId)),
      part('blocks', listBlocks({ tenant }, userId)),
      ifMay('read:logs', 'log', () => readWholeLog(tenant, { userId, until: now })),
      ifMay('read:audit', 'staffActions', () => readStaffActions(db, { userId, sight })),
      listNotes({ db }, userId),
      listTags({ db }, userId),
      bin.findDeletion(userId),
    ])
  if (sight.hidden.size > 0)
    isMissing('metadata', { code: 'field-hidden', detail: `Whoever asked for this may not see ${[...sight.hidden].join(', ')}.` })
  isMissing('roles', roles?.organizationsProblem)
  isMissing('permissions', permissions?.organizationsProblem)
  isMissing('organizations', organizations?.rolesProblem)
  for (const [name, list] of Object.entries({ sessions, refreshTokens, log, staffActions }))
    if (list && !list.isComplete) isMissing(name, { code: 'not-whole', detail: 'There is more than could be read at once.' })

  return {
    userId,
    madeAt: now.toISOString(),
    tenant: tenant.origin,
    madeBy: actor.userId,
    missing,
    user: presentUser(user, sight),
    record,
    identities: identities?.identities ?? null,
    roles: roles?.roles ?? null,
    permissions: permissions?.permissions ?? null,
    organizations: organizations?.organizations ?? null,
    sessions: sessions?.sessions ?? null,
    refreshTokens: refreshTokens?.refreshTokens ?? null,
    factors: factors?.factors ?? null,
    blocks: blocks?.blocks ?? null,
    log: log?.entries ?? null,
    staffActions: staffActions?.entries ?? null,
    notes: notes.notes,
    tags: tags.tags,
    deletionDueAt: deletion?.dueAt.toISOString() ?? null,
  }
} // prettier-ignore
