import { foldText, type TagList } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { StoreQueries } from '../../store/open-store.ts'
import { storable } from '../../store/storable.ts'

export async function selectTags(db: StoreQueries, userId: string): Promise<string[]> {
  const rows = await db.selectFrom('user_tags').select('tag').where('user_id', '=', userId).orderBy('tag_key').execute()
  return rows.map(({ tag }) => tag)
}

/** The most frequent first. */
export async function countTags(db: StoreQueries): Promise<TagList['tags']> {
  const { rows } = await sql<TagList['tags'][number]>`SELECT min(tag) AS tag, count(*)::int AS users
    FROM user_tags GROUP BY tag_key ORDER BY users DESC, tag_key LIMIT 2000`.execute(db)
  return rows
}

/** A tag that somebody has already is written as it is there. */
export async function replaceTags(trx: StoreQueries, userId: string, wanted: readonly string[]): Promise<void> {
  const tags = wanted.map(storable)
  const keys = tags.map(foldText)
  await sql`DELETE FROM user_tags WHERE user_id = ${userId} AND tag_key <> ALL (${keys}::text[])`.execute(trx)
  await sql`INSERT INTO user_tags (user_id, tag_key, tag)
    SELECT ${userId}, w.tag_key, coalesce((SELECT min(o.tag) FROM user_tags o WHERE o.tag_key = w.tag_key), w.tag)
    FROM unnest(${keys}::text[], ${tags}::text[]) AS w (tag_key, tag)
    ON CONFLICT DO NOTHING`.execute(trx)
}
