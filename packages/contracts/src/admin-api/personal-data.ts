import { z } from 'zod'
import { Reason } from './actions.ts'
import { AuditEntry } from './audit.ts'
import { UserNotes, UserTags } from './notes.ts'
import { UserOrganizations, UserPermissions, UserRoles } from './user-page/access.ts'
import { UserIdentities } from './user-page/accounts.ts'
import { PartProblem } from './user-page/counts.ts'
import { UserBlocks, UserFactors, UserRefreshTokens, UserSessions } from './user-page/sign-ins.ts'
import { TimelineEntry } from './user-page/timeline.ts'
import { User } from './users.ts'

export const PersonalDataRequest = z.strictObject({
  format: z.enum(['json', 'html']).default('json').meta({ description: '`html`: one page to read and to print, with no script.' }),
  reason: Reason.optional(),
}) // prettier-ignore
export type PersonalDataRequest = z.infer<typeof PersonalDataRequest>

/** Of whoever on the staff did something only what the person may be told: not from where. */
const StaffAction = AuditEntry.pick({ seq: true, at: true, action: true, phase: true, actorId: true, reason: true, changes: true }) // prettier-ignore

/** Everything that the tenant and Rollcall hold on one person. A part that could not be had is null, and `missing` says why. */
export const PersonalData = z
  .object({
    userId: z.string(),
    madeAt: z.iso.datetime(),
    tenant: z.string().meta({ description: 'Its origin.' }),
    madeBy: z.string().meta({ description: 'Who on the staff asked for it.' }),
    missing: z
      .array(PartProblem.extend({ part: z.string() }))
      .meta({ description: 'What of it could not be had, or not whole, and why. Empty: this is all there is.' }),
    user: User,
    record: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'All that the tenant answers for them, as it spells it, without tokens of identity providers.',
    }),
    identities: UserIdentities.shape.identities.nullable(),
    roles: UserRoles.shape.roles.nullable(),
    permissions: UserPermissions.shape.permissions.nullable(),
    organizations: UserOrganizations.shape.organizations.nullable(),
    sessions: UserSessions.shape.sessions.nullable(),
    refreshTokens: UserRefreshTokens.shape.refreshTokens.nullable(),
    factors: UserFactors.shape.factors.nullable(),
    blocks: UserBlocks.shape.blocks.nullable(),
    log: z.array(TimelineEntry).nullable().meta({ description: 'What the tenant has logged about them, newest first.' }),
    staffActions: z.array(StaffAction).nullable().meta({ description: 'What staff did to them, newest first.' }),
    notes: UserNotes.shape.notes.nullable(),
    tags: UserTags.shape.tags.nullable(),
    deletionDueAt: z.iso.datetime().nullable().meta({ description: 'When they are to be deleted; null: not at all.' }),
  })
  .meta({ id: 'PersonalData' }) // prettier-ignore
export type PersonalData = z.infer<typeof PersonalData>
