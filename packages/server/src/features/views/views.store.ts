import { sql, transaction, type Selectable } from '@rollcall/database'
import type { ViewContent } from '@rollcall/contracts/admin-api'
import type { RollcallSchema } from '../../store/schema.ts'
import type { StoreQueries } from '../../store/open-store.ts'

export type ViewRow = Selectable<RollcallSchema['views']>

/** More than anybody looks at; a script that makes views in a loop ends here. */
export const mostViewsOfOne = 200

/** One's own and those that are shared, by name. */
export function selectViews(db: StoreQueries, ownerId: string): Promise<ViewRow[]> {
  return db
    .selectFrom('views')
    .selectAll()
    .where((view) => view.or([view('owner_id', '=', ownerId), view('is_shared', '=', true)]))
    .orderBy(sql`lower(name)`)
    .orderBy('id')
    .execute()
}

/** @returns undefined if it would be one too many */
export function insertView(db: StoreQueries, ownerId: string, content: ViewContent): Promise<ViewRow | undefined> {
  const { name, filter, sort, columns, isShared } = content
  return transaction(db, async (trx) => {
    // One after another for one owner: counted together, two would both be the last.
    await sql`SELECT pg_advisory_xact_lock(hashtext(${`rollcall views ${ownerId}`}))`.execute(trx)
    const { views } = await trx
      .selectFrom('views')
      .select(({ fn }) => fn.countAll<number>().as('views'))
      .where('owner_id', '=', ownerId)
      .executeTakeFirstOrThrow()
    if (views >= mostViewsOfOne) return undefined
    return trx
      .insertInto('views')
      .values({ owner_id: ownerId, name, filter, sort, columns, is_shared: isShared })
      .returningAll()
      .executeTakeFirst()
  })
}

export function findView(db: StoreQueries, id: string): Promise<ViewRow | undefined> {
  return db.selectFrom('views').selectAll().where('id', '=', id).executeTakeFirst()
}

export function updateView(db: StoreQueries, id: string, content: ViewContent): Promise<ViewRow | undefined> {
  const { name, filter, sort, columns, isShared } = content
  return db
    .updateTable('views')
    .set({ name, filter, sort, columns, is_shared: isShared, updated_at: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function deleteView(db: StoreQueries, id: string): Promise<void> {
  await db.deleteFrom('views').where('id', '=', id).execute()
}
