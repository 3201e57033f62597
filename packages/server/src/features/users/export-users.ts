import type { Readable } from 'node:stream'
import { sql, type RawBuilder } from '@rollcall/database'
import { userColumns, type ExportUsersQuery, type UserSort } from '@rollcall/contracts/admin-api'
import { Conflict } from '@rollcall/http-kit'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { hiddenKeys } from '../../custom-fields/hide.ts'
import { checkVisible } from '../../custom-fields/refuse.ts'
import { exportRows } from './export-rows.ts'
import { gatherMemberships } from './memberships.ts'
import { readFilter } from './read-filter.ts'
import { compileFilter, tablesRead } from './search/compile-filter.ts'
import { countUsers, isEverybody } from './search/find-users.ts'
import { sortOrderOf } from './search/sort-order.ts'
import {
  columnExpression,
  csvExpression,
  gatheredExpression,
  rawExpression,
  textExpression,
  type ReadColumn,
} from './user-columns.ts'
import { whoIsShown } from './who-is-shown.ts'
import { userSource, type UserSourceDeps } from './user-source.ts'

export interface UserExport {
  /** How many rows there will be, as counted just before. */
  total: number
  content: Readable
}

/** Everything, and so what can be imported again: metadata whole, no identity provider's token (the directory holds none). */
const everyColumn = [...userColumns, 'user_metadata', 'app_metadata']

/** Of so many, as of everybody, it takes less to gather all memberships than to look up each user's. */
const many = 20_000

/**
 * Those who match, in order if one is asked for, as a stream of one moment's truth whose memory does not grow with their number.
 * @param sight of whoever asks: without the fields that they may not see
 * @throws Conflict `directory-needed` where no copy is kept
 */
export async function exportUsers(
  deps: UserSourceDeps,
  query: ExportUsersQuery & { sight: Sight },
  now: Date,
): Promise<UserExport> {
  const { sort, format, columns = everyColumn, sight } = query
  checkVisible([...(sort === undefined ? [] : [sort.replace(/^-/, '')]), ...columns], sight)
  const asked = readFilter(query.filter, sight)
  const source = await userSource(deps)
  if (source.kind === 'tenant' || !deps.copy) {
    throw new Conflict('directory-needed', 'Users are exported from Rollcall’s directory, and it has not been filled.')
  }
  const filter = await whoIsShown(asked, source.bin)
  const matching = isEverybody(filter) ? sql<boolean>`true` : compileFilter(filter, { now })
  const total = await countUsers(source.db, { filter, now })
  const isGathered = isEverybody(filter) || total >= many
  const isCsv = format === 'csv'
  const read = asSeen(isGathered ? gatheredExpression : isCsv ? textExpression : columnExpression, sight)
  const cells = columns.map((name) => (isCsv ? csvExpression(name, read) : rawExpression(name, read)))
  const question = sql`SELECT ${sql.join(cells)}
    FROM users u ${isGathered ? gatherMemberships(columns, isCsv ? 'text' : 'json') : sql``} ${tablesRead(filter).search ? sql`JOIN user_search s USING (user_id)` : sql``}
    WHERE ${matching} ${sort === undefined ? sql`` : inOrder(sort)}`
  const { store } = deps.copy
  if (format === 'csv') return { total, content: await store.copyCsv(question, columns) }
  return { total, content: exportRows(await store.copyText(question), { columns, format }) }
}

/** Metadata whole is without the keys that are not to be seen. */
const asSeen = (read: ReadColumn, sight: Sight): ReadColumn => {
  return (name) => {
    const hidden = hiddenKeys(sight, name)
    return hidden.length === 0 ? read(name) : sql`(${read(name)} - ${hidden}::text[])`
  }
}

function inOrder(sort: UserSort): RawBuilder<unknown> {
  const { key, isDown } = sortOrderOf(sort)
  const order = isDown ? sql`DESC` : sql`ASC`
  return sql`ORDER BY ${key} ${order} NULLS LAST, u.user_id ${order}`
}
