import { sql } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

interface Holding {
  permission_name: string
  description: string
  resource_server_name: string
  resource_server_identifier: string
  sources: { source_id: string; source_name: string; source_type: 'DIRECT' | 'ROLE' }[]
}

/** Every permission a user holds, with where it comes from. */
export async function holdingsOf(db: Kysely<TenantSchema>, userId: string): Promise<Holding[]> {
  const { rows } = await sql<Holding>`
    WITH held AS (
      SELECT resource_server_identifier, permission_name, '' AS source_id, '' AS source_name, 'DIRECT' AS source_type
      FROM user_permissions WHERE user_id = ${userId}
      UNION ALL
      SELECT rp.resource_server_identifier, rp.permission_name, r.id, r.name, 'ROLE'
      FROM user_roles ur JOIN roles r ON r.id = ur.role_id JOIN role_permissions rp ON rp.role_id = r.id
      WHERE ur.user_id = ${userId}
    )
    SELECT h.permission_name, coalesce(s.scope ->> 'description', '') AS description, rs.name AS resource_server_name,
      h.resource_server_identifier,
      jsonb_agg(jsonb_build_object('source_id', h.source_id, 'source_name', h.source_name, 'source_type', h.source_type)
        ORDER BY h.source_type, h.source_name) AS sources
    FROM held h JOIN resource_servers rs ON rs.identifier = h.resource_server_identifier
    LEFT JOIN LATERAL (SELECT scope FROM jsonb_array_elements(rs.scopes) AS scope WHERE scope ->> 'value' = h.permission_name) s ON true
    GROUP BY 1, 2, 3, 4 ORDER BY h.resource_server_identifier, h.permission_name`.execute(db)
  return rows
}
