import { sql, type Kysely } from '@rollcall/database'

/** What is so in the tenant, by its tables, in the words of a ledger. */
export async function factsOf(db: Kysely<never>): Promise<Map<string, unknown>> {
  const { rows } = await sql<{ fact: string; value: unknown }>`
    SELECT user_id || ' ' || fact AS fact, value FROM tenant.users
      CROSS JOIN LATERAL (VALUES ('exists', 'true'::jsonb), ('name', to_jsonb(name)), ('blocked', to_jsonb(coalesce(blocked, false))),
        ('user_metadata', user_metadata), ('app_metadata', app_metadata)) AS facts (fact, value)
    UNION ALL
    SELECT id || ' ' || fact, value FROM (SELECT id, name FROM tenant.roles UNION ALL SELECT id, name FROM tenant.organizations) AS groups
      CROSS JOIN LATERAL (VALUES ('exists', 'true'::jsonb), ('name', to_jsonb(name))) AS facts (fact, value)
    UNION ALL
    SELECT role_id || ' has ' || user_id, 'true' FROM tenant.user_roles
    UNION ALL
    SELECT organization_id || ' has ' || user_id, 'true' FROM tenant.organization_members`.execute(db)
  return new Map(rows.map(({ fact, value }) => [fact, value]))
}
