import { sql } from '@rollcall/database'
import type { Kysely, RawBuilder, Selectable } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

export type UserRow = Selectable<TenantSchema['users']>

/** An identity as it stands on the wire; the one that gave the user their id comes first. */
export interface WireIdentity {
  connection: string
  user_id: string
  provider: string
  isSocial: boolean
  profileData?: Record<string, unknown>
}
export type UserWithIdentities = UserRow & { identities: WireIdentity[] }

/**
 * Whole users with their identities, in one statement.
 * @param page a query that gives `user_id` and `place`: which users, in what order
 */
export async function selectUsers(db: Kysely<TenantSchema>, page: RawBuilder<unknown>): Promise<UserWithIdentities[]> {
  const { rows } = await sql<UserWithIdentities>`
    WITH page AS (${page})
    SELECT u.*, (
      SELECT json_agg(jsonb_build_object('connection', i.connection, 'user_id', i.identity_id, 'provider', i.provider, 'isSocial', i.is_social)
        || CASE WHEN i.profile_data IS NULL THEN '{}' ELSE jsonb_build_object('profileData', i.profile_data) END ORDER BY i.position) FROM identities i WHERE i.user_id = u.user_id
    ) AS identities
    FROM page JOIN users u USING (user_id) ORDER BY page.place`.execute(db)
  return rows
}

export function findUser(db: Kysely<TenantSchema>, userId: string): Promise<UserRow | undefined> {
  return db.selectFrom('users').selectAll().where('user_id', '=', userId).executeTakeFirst()
}

/** The account of a database connection that someone signs in to with this e-mail address or username. */
export function findDatabaseIdentity(
  db: Kysely<TenantSchema>,
  connections: string[],
  login: string,
): Promise<{ user_id: string; password_hash: string | null; connection: string } | undefined> {
  const name = login.trim().toLowerCase()
  return db
    .selectFrom('identities')
    .select(['user_id', 'password_hash', 'connection'])
    .where('connection', 'in', connections)
    .where((row) => row.or([row('login_email', '=', name), row('login_username', '=', name)]))
    .executeTakeFirst()
}

export async function recordLogin(
  db: Kysely<TenantSchema>,
  { userId, ip, at }: { userId: string; ip: string; at: Date },
): Promise<void> {
  await db
    .updateTable('users')
    .set({ last_login: at, last_ip: ip, logins_count: sql`logins_count + 1`, updated_at: at })
    .where('user_id', '=', userId)
    .execute()
}

/** What a user holds on an API, directly, through a role, or through a role they have in an organization; in a settled order. */
export async function permissionsOf(
  db: Kysely<TenantSchema>,
  { userId, identifier, organizationId }: { userId: string; identifier: string; organizationId?: string | undefined },
): Promise<string[]> {
  const rows = await db
    .selectFrom('user_permissions')
    .select('permission_name')
    .where('user_id', '=', userId)
    .where('resource_server_identifier', '=', identifier)
    .union(
      db
        .selectFrom('user_roles')
        .innerJoin('role_permissions', 'role_permissions.role_id', 'user_roles.role_id')
        .select('role_permissions.permission_name')
        .where('user_roles.user_id', '=', userId)
        .where('role_permissions.resource_server_identifier', '=', identifier),
    )
    .$if(organizationId !== undefined, (held) =>
      held.union(
        db
          .selectFrom('organization_member_roles as member')
          .innerJoin('role_permissions', 'role_permissions.role_id', 'member.role_id')
          .select('role_permissions.permission_name')
          .where('member.user_id', '=', userId)
          .where('member.organization_id', '=', organizationId ?? '')
          .where('role_permissions.resource_server_identifier', '=', identifier),
      ),
    )
    .orderBy('permission_name')
    .execute()
  return rows.map((row) => row.permission_name)
}
