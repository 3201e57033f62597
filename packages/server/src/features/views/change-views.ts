import type { View, ViewContent, ViewList } from '@rollcall/contracts/admin-api'
import { Conflict, NotFound } from '@rollcall/http-kit'
import { allow, type Actor } from '../../access/actor.ts'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import type { StoreQueries } from '../../store/open-store.ts'
import { readFilter } from '../users/read-filter.ts'
import {
  deleteView,
  findView,
  insertView,
  mostViewsOfOne,
  selectViews,
  updateView,
  type ViewRow,
} from './views.store.ts'

export interface ViewsDeps {
  db: StoreQueries
  fields: CustomFields
}

export async function listViews({ db }: ViewsDeps, actor: Actor): Promise<ViewList> {
  return { views: (await selectViews(db, actor.userId)).map((row) => presentView(row, actor)) }
}

/** @throws NotAllowed when it is to be shared without `manage:views`; InvalidInput `filter-invalid`; Conflict `too-many-views` */
export async function createView(deps: ViewsDeps, actor: Actor, content: ViewContent): Promise<View> {
  check(deps, actor, content)
  const row = await insertView(deps.db, actor.userId, content)
  if (!row) throw new Conflict('too-many-views', `Nobody keeps more than ${mostViewsOfOne} views: delete some first.`)
  return presentView(row, actor)
}

/**
 * One's own view, or one that is shared, by whoever may share.
 * @throws NotFound for somebody else's private one, as for one that is not there
 */
export async function changeView(deps: ViewsDeps, actor: Actor, id: string, content: ViewContent): Promise<View> {
  await findChangeable(deps.db, actor, id)
  check(deps, actor, content)
  const row = await updateView(deps.db, id, content)
  if (!row) throw noView()
  return presentView(row, actor)
}

export async function removeView({ db }: ViewsDeps, actor: Actor, id: string): Promise<void> {
  await findChangeable(db, actor, id)
  await deleteView(db, id)
}

function check({ fields }: Pick<ViewsDeps, 'fields'>, actor: Actor, { filter, isShared }: ViewContent): void {
  if (isShared) allow(actor, 'manage:views')
  readFilter(filter, fields.sightOf(actor)) // a view that cannot be opened is not kept
}

async function findChangeable(db: StoreQueries, actor: Actor, id: string): Promise<void> {
  const row = await findView(db, id)
  if (!row || (row.owner_id !== actor.userId && !row.is_shared)) throw noView()
  if (row.is_shared) allow(actor, 'manage:views')
}

const noView = () => new NotFound('view-not-found', 'There is no such view; it may have been deleted.')

function presentView(row: ViewRow, actor: Actor): View {
  return {
    id: row.id,
    name: row.name,
    filter: row.filter,
    sort: row.sort,
    columns: row.columns,
    isShared: row.is_shared,
    isMine: row.owner_id === actor.userId,
    updatedAt: row.updated_at.toISOString(),
  }
}
