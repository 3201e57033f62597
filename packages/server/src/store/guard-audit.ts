import { sql, transaction, type Kysely } from '@rollcall/database'
import type { RollcallSchema } from './schema.ts'

/** Owns the audit log; nobody signs in as it. */
const owner = 'rollcall_audit'
/** What the server acts as where it may make roles: it may do everything but change what was recorded. */
const server = 'rollcall_server'
/** From this version on, a role that does not own a table can be allowed to ANALYZE it. */
const oldestVersion = 170_000

/**
 * Where the server's user is a superuser, as in the embedded cluster, gives the audit log to a role of its own. Elsewhere that is for whoever runs
 * the database: docs/audit.md has the statements.
 * @returns the role to act as; undefined: as the user of the URL
 */
export async function guardAudit(db: Kysely<RollcallSchema>): Promise<string | undefined> {
  const { rows } = await sql<{ mayMakeRoles: boolean }>`
    SELECT rolsuper AND current_setting('server_version_num')::int >= ${oldestVersion} AS "mayMakeRoles" FROM pg_roles WHERE rolname = current_user`.execute(
    db,
  )
  if (!rows[0]?.mayMakeRoles) return undefined
  await transaction(db, async (trx) => {
    // Of several servers that start at once, one after the other.
    await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall roles'))`.execute(trx)
    await sql.raw(statements).execute(trx)
  })
  return server
}

const statements = `
DO $$
BEGIN
  CREATE ROLE ${owner} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  CREATE ROLE ${server} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  -- Only once: it locks the table, which another server may be reading from end to end.
  IF (SELECT relowner <> '${owner}'::regrole FROM pg_class WHERE oid = 'audit_log'::regclass) THEN
    ALTER TABLE audit_log OWNER TO ${owner};
    ALTER TABLE audit_head OWNER TO ${owner};
    ALTER FUNCTION append_audit(text) OWNER TO ${owner};
  END IF;
END $$;
GRANT USAGE ON SCHEMA rollcall TO ${owner}, ${server};
GRANT ALL ON ALL TABLES IN SCHEMA rollcall TO ${server};
GRANT ALL ON ALL SEQUENCES IN SCHEMA rollcall TO ${server};
REVOKE ALL ON audit_log, audit_head, migrations FROM ${server};
GRANT SELECT ON audit_log, audit_head, migrations TO ${server};
GRANT EXECUTE ON FUNCTION append_audit(text) TO ${server};
`
