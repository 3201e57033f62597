import { sql } from '@rollcall/database'
import { foldText, infoOf, type FieldValues } from '@rollcall/contracts/admin-api'
import type { StoreQueries } from '../../store/open-store.ts'
import { columnExpression } from '../users/user-columns.ts'

const most = 50
/** Metadata is looked at in this many of the newest users: enough to choose from, and as quick among a million. */
const sampled = 5000

type Value = FieldValues['values'][number]

/**
 * What a field can be asked for, the most frequent first.
 * @param field a name of the filter language, checked to be one
 * @param starts what a value's label begins with, whatever its case
 */
export async function listFieldValues(db: StoreQueries, field: string, starts = ''): Promise<FieldValues> {
  const values = await valuesOf(db, field)
  const wanted = foldText(starts)
  return { values: values.filter(({ label }) => foldText(label).startsWith(wanted)).slice(0, most) }
}

async function valuesOf(db: StoreQueries, field: string): Promise<Value[]> {
  if (infoOf(field).kind === 'boolean') {
    return ['true', 'false'].map((value) => ({ value, label: value, users: null }))
  }
  if (field === 'connection') {
    const { rows } = await sql<Value>`SELECT connection AS value, connection AS label, count(*)::int AS users FROM users
      WHERE connection IS NOT NULL GROUP BY 1 ORDER BY users DESC, 1`.execute(db)
    return rows
  }
  if (field === 'role') {
    const { rows } =
      await sql<Value>`SELECT role_id AS value, name AS label, (SELECT count(*) FROM user_roles m WHERE m.role_id = r.role_id)::int AS users
      FROM roles r ORDER BY users DESC, name`.execute(db)
    return rows
  }
  if (field === 'organization') {
    const { rows } = await sql<Value>`SELECT organization_id AS value, coalesce(display_name, name) AS label,
      (SELECT count(*) FROM organization_members m WHERE m.organization_id = o.organization_id)::int AS users
      FROM organizations o ORDER BY users DESC, name LIMIT 2000`.execute(db)
    return rows
  }
  if (field === 'tag') {
    const { rows } = await sql<Value>`SELECT min(tag) AS value, min(tag) AS label, count(*)::int AS users
      FROM user_tags JOIN users USING (user_id) GROUP BY tag_key ORDER BY users DESC, tag_key LIMIT 2000`.execute(db)
    return rows
  }
  if (field.startsWith('app_metadata.') || field.startsWith('user_metadata.')) return metadataValues(db, field)
  return []
}

async function metadataValues(db: StoreQueries, field: string): Promise<Value[]> {
  const { rows } = await sql<{ value: string }>`
    SELECT item #>> '{}' AS value FROM (
      SELECT ${columnExpression(field)} AS found FROM users u ORDER BY created_at DESC, user_id DESC LIMIT ${sampled}
    ) newest, jsonb_path_query(found, '$[*] ? (@.type() == "string" || @.type() == "number" || @.type() == "boolean")') item
    GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 500`.execute(db)
  return rows.map(({ value }) => ({ value, label: value, users: null }))
}
