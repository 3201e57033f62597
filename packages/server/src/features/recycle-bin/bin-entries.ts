import { sql, type RawBuilder } from '@rollcall/database'
import type { NamesDeps } from '../../actors/names-of.ts'
import type { RecycleBin } from '../../recycle-bin/recycle-bin.ts'

export interface BinDeps extends NamesDeps {
  bin: RecycleBin
  /** The tenant's origin. */
  tenant: string
}

/** Who is to be deleted and who can be restored, `e`, each with its run, `r`: a table and the condition it takes. */
export const binEntries = (tenant: string): { tables: RawBuilder<unknown>; condition: RawBuilder<boolean> } => ({
  tables: sql`(
      SELECT user_id, 'scheduled' AS state, run_id, name, email, scheduled_at AS at, due_at AS until, problem, NULL AS key_id
      FROM scheduled_deletions WHERE tenant = ${tenant}
      UNION ALL
      SELECT user_id, 'deleted', run_id, name, email, deleted_at, purge_at, NULL, key_id
      FROM deleted_users d WHERE tenant = ${tenant} AND linked_to IS NULL
        AND NOT EXISTS (SELECT FROM deleted_users later JOIN action_runs l USING (run_id)
          WHERE later.user_id = d.user_id AND later.tenant = d.tenant AND later.linked_to IS NULL AND later.deleted_at > d.deleted_at AND l.phase = 'done')
    ) e JOIN action_runs r USING (run_id)`,
  condition: sql<boolean>`(e.state = 'scheduled' OR r.phase = 'done')`,
})

/** Those of `e` with whom something is in the way. */
export async function hasProblem({ db, bin, tenant }: BinDeps): Promise<RawBuilder<boolean>> {
  const keys = await db.selectFrom('deleted_users').select('key_id').distinct().where('tenant', '=', tenant).execute()
  const lost = keys.map(({ key_id: keyId }) => keyId).filter((keyId) => bin.problemOfKey(keyId) !== null)
  return sql<boolean>`(e.problem IS NOT NULL OR (e.key_id IS NOT NULL AND e.key_id = ANY (${lost}::text[])))`
}
