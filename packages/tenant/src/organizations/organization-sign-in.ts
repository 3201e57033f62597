import { sql, transaction } from '@rollcall/database'
import type { Kysely, Selectable } from '@rollcall/database'
import type { Client } from '../clients/clients.store.ts'
import type { Connection } from '../connections/connections.store.ts'
import { sha256 } from '../hashing.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { readTenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { isMember } from './organizations.store.ts'
import type { OrganizationRow } from './organizations.store.ts'

/** How an application treats organizations (Auth0, "Define Organization Behavior"). */
export interface OrganizationUse {
  usage: 'deny' | 'allow' | 'require'
  /** Of one that requires them: whom it asks which, if it does not say itself. */
  prompt: 'no_prompt' | 'pre_login_prompt' | 'post_login_prompt'
}

export function organizationUseOf({ settings }: Client): OrganizationUse {
  const { organization_usage: usage, organization_require_behavior: prompt } = settings
  return {
    usage: usage === 'allow' || usage === 'require' ? usage : 'deny',
    prompt: prompt === 'pre_login_prompt' || prompt === 'post_login_prompt' ? prompt : 'no_prompt',
  }
}

/** By id; by name where the tenant allows that to applications. People who type it in do so by name. */
export async function findOrganizationBy(
  db: Kysely<TenantSchema>,
  idOrName: string,
  isTyped = false,
): Promise<OrganizationRow | undefined> {
  const byId = await db.selectFrom('organizations').selectAll().where('id', '=', idOrName).executeTakeFirst()
  if (byId) return byId
  const settings = isTyped ? undefined : await readTenantSettings(db)
  if (settings && settings.allow_organization_name_in_authentication_api !== true) return undefined
  return db.selectFrom('organizations').selectAll().where('name', '=', idOrName.toLowerCase()).executeTakeFirst()
}

export function organizationsOf(db: Kysely<TenantSchema>, userId: string): Promise<OrganizationRow[]> {
  return db
    .selectFrom('organizations')
    .selectAll('organizations')
    .innerJoin('organization_members', 'organization_members.organization_id', 'organizations.id')
    .where('organization_members.user_id', '=', userId)
    .orderBy('organizations.name')
    .limit(100)
    .execute()
}

/** Of an application's connections those whose people may sign in to an organization. */
export async function connectionsWithin(
  db: Kysely<TenantSchema>,
  organizationId: string,
  connections: Connection[],
): Promise<Connection[]> {
  const rows = await db
    .selectFrom('organization_connections')
    .select('connection_id')
    .where('organization_id', '=', organizationId)
    .execute()
  return connections.filter(({ id }) => rows.some((row) => row.connection_id === id))
}

/**
 * Whether someone may sign in to an organization: as its member, or by a connection that makes them one.
 * @param connection by which they came; undefined for a session that was there before
 */
export async function joins(
  context: TenantContext,
  { organization, user, connection }: { organization: OrganizationRow; user: UserRow; connection: string | undefined },
): Promise<boolean> {
  const { db, now } = context
  if (await isMember(db, { organizationId: organization.id, userId: user.user_id })) return true
  const assigning = await db
    .selectFrom('organization_connections')
    .innerJoin('connections', 'connections.id', 'organization_connections.connection_id')
    .select('connections.name')
    .where('organization_id', '=', organization.id)
    .where('assign_membership_on_login', '=', true)
    .where('connections.name', '=', connection ?? user.connection)
    .executeTakeFirst()
  if (!assigning) return false
  await addMember(db, { organizationId: organization.id, userId: user.user_id, now: now() })
  context.logs.write({
    type: 'organization_member_added',
    description: 'Member added at sign-in',
    user_id: user.user_id,
    organization_id: organization.id,
    organization_name: organization.name,
    connection: assigning.name,
  })
  return true
}

async function addMember(
  db: Kysely<TenantSchema>,
  { organizationId, userId, now }: { organizationId: string; userId: string; now: Date },
): Promise<void> {
  await db
    .insertInto('organization_members')
    .values({ organization_id: organizationId, user_id: userId, added_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export interface Invitation {
  id: string
  organizationId: string
  email: string
  roles: string[]
  connectionId: string | undefined
  inviter: string
}

type InvitationRow = Selectable<TenantSchema['organization_invitations']>
const toInvitation = ({ id, organization_id: organizationId, settings }: InvitationRow): Invitation => {
  const {
    invitee,
    inviter,
    roles,
    connection_id: connectionId,
  } = settings as {
    invitee: { email: string }
    inviter: { name: string }
    roles?: string[]
    connection_id?: string
  } // what is stored was checked when it came in
  return {
    id,
    organizationId,
    email: invitee.email.toLowerCase(),
    roles: roles ?? [],
    connectionId,
    inviter: inviter.name,
  }
}

/** An invitation that is still open, by what its link carries. */
export async function findInvitation(
  db: Kysely<TenantSchema>,
  { ticket, organizationId, now }: { ticket: string; organizationId: string; now: Date },
): Promise<Invitation | undefined> {
  const row = await db
    .selectFrom('organization_invitations')
    .selectAll()
    .where('ticket_hash', '=', sha256(ticket))
    .where('organization_id', '=', organizationId)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && toInvitation(row)
}

/**
 * Takes an invitation: whoever was invited becomes a member, with the roles it names. Of many uses at once, one takes it.
 * @returns whether this one did
 */
export function acceptInvitation(
  { db, now }: Pick<TenantContext, 'db' | 'now'>,
  { invitation, user }: { invitation: Invitation; user: UserRow },
): Promise<boolean> {
  return transaction(db, async (trx) => {
    const taken = await trx.deleteFrom('organization_invitations').where('id', '=', invitation.id).executeTakeFirst()
    if (taken.numDeletedRows !== 1n) return false
    await addMember(trx, { organizationId: invitation.organizationId, userId: user.user_id, now: now() })
    if (invitation.roles.length > 0) {
      await sql`
        INSERT INTO organization_member_roles (organization_id, user_id, role_id)
        SELECT ${invitation.organizationId}, ${user.user_id}, id FROM roles WHERE id = ANY (${invitation.roles})
        ON CONFLICT DO NOTHING`.execute(trx)
    }
    // The link came to this address: whoever followed it has it.
    await trx
      .updateTable('users')
      .set({ email_verified: true })
      .where('user_id', '=', user.user_id)
      .where('email', '=', invitation.email)
      .execute()
    return true
  })
}
