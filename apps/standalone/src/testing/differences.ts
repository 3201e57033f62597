import { sql, type Kysely } from '@rollcall/database'

const moments = ['created_at', 'updated_at', 'last_login', 'last_password_reset']
const texts = ['email', 'name', 'nickname', 'username', 'given_name', 'family_name', 'phone_number', 'connection', 'last_ip', 'logins_count'] // prettier-ignore

/** What a user is in the tenant's own tables, and in the directory. Pictures of our own making have the tenant's address before them. */
const inTenant = [
  ...texts.map((name) => `t.${name}`),
  ...moments.map((name) => `date_trunc('milliseconds', t.${name})`),
  `t.email IS NOT NULL AND t.email_verified`,
  `coalesce(t.phone_verified, false)`,
  `coalesce(t.blocked, false)`,
  `coalesce(cardinality(t.multifactor), 0) > 0`,
  `coalesce(t.user_metadata, '{}')`,
  `coalesce(t.app_metadata, '{}')`,
  `(SELECT jsonb_agg(jsonb_build_array(i.provider, i.identity_id, i.connection) ORDER BY i.position) FROM tenant.identities i WHERE i.user_id = t.user_id)`,
].join(', ')
const inDirectory = [
  ...texts.map((name) => `d.${name}`),
  ...moments.map((name) => `d.${name}`),
  'd.email_verified',
  'd.phone_verified',
  'd.blocked',
  'd.mfa',
  'd.user_metadata',
  'd.app_metadata',
  `(SELECT jsonb_agg(jsonb_build_array(i->'provider', i->'user_id', i->'connection') ORDER BY n) FROM jsonb_array_elements(d.identities) WITH ORDINALITY AS e (i, n))`,
].join(', ')

/**
 * Where the directory is not what the tenant is, by their tables, row by row: an empty list when they are equal, at most ten of them.
 * @param db a database that holds both
 */
export async function differences(db: Kysely<never>): Promise<string[]> {
  const { rows } = await sql<{ difference: string }>`
    SELECT 'user ' || coalesce(t.user_id, d.user_id) || CASE WHEN t.user_id IS NULL THEN ' is too many' WHEN d.user_id IS NULL THEN ' is missing' ELSE ' is not the same' END AS difference
    FROM tenant.users t FULL JOIN rollcall.users d USING (user_id)
    WHERE t.user_id IS NULL OR d.user_id IS NULL OR (${sql.raw(inTenant)}) IS DISTINCT FROM (${sql.raw(inDirectory)})
      OR right(d.picture, length(t.picture)) IS DISTINCT FROM t.picture
    UNION ALL
    SELECT 'search of ' || coalesce(u.user_id, s.user_id) FROM rollcall.users u FULL JOIN rollcall.user_search s USING (user_id)
    WHERE u.created_at IS DISTINCT FROM s.created_at OR split_part(translate(s.txt, 'ǀǁǂǃ', '@.-_'), E'\n', 1) IS DISTINCT FROM coalesce(u.email_key, '')
    UNION ALL
    SELECT 'count of users' WHERE (SELECT sum(users) FROM rollcall.user_count) <> (SELECT count(*) FROM rollcall.users)
    UNION ALL
    SELECT 'role ' || concat_ws(' of ', role_id, user_id) || ' is ' || CASE WHEN is_tenants THEN 'missing' ELSE 'too many' END
    FROM (
      (SELECT role_id, user_id, true AS is_tenants FROM tenant.user_roles EXCEPT SELECT role_id, user_id, true FROM rollcall.user_roles)
      UNION ALL (SELECT role_id, user_id, false FROM rollcall.user_roles EXCEPT SELECT role_id, user_id, false FROM tenant.user_roles)
    ) AS r
    UNION ALL
    SELECT 'organization ' || concat_ws(' of ', organization_id, user_id) || ' is ' || CASE WHEN is_tenants THEN 'missing' ELSE 'too many' END
    FROM (
      (SELECT organization_id, user_id, true AS is_tenants FROM tenant.organization_members
        EXCEPT SELECT organization_id, user_id, true FROM rollcall.organization_members)
      UNION ALL (SELECT organization_id, user_id, false FROM rollcall.organization_members
        EXCEPT SELECT organization_id, user_id, false FROM tenant.organization_members)
    ) AS o
    UNION ALL
    SELECT 'a role' WHERE (SELECT jsonb_agg(jsonb_build_array(id, name) ORDER BY id) FROM tenant.roles)
      IS DISTINCT FROM (SELECT jsonb_agg(jsonb_build_array(role_id, name) ORDER BY role_id) FROM rollcall.roles)
    UNION ALL
    SELECT 'an organization' WHERE (SELECT jsonb_agg(jsonb_build_array(id, name, display_name) ORDER BY id) FROM tenant.organizations)
      IS DISTINCT FROM (SELECT jsonb_agg(jsonb_build_array(organization_id, name, display_name) ORDER BY organization_id) FROM rollcall.organizations)`.execute(
    db,
  )
  return rows.slice(0, 10).map((row) => row.difference)
}
