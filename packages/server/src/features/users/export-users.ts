import { Transform, type Readable } from 'node:stream'
import { sql, type RawBuilder } from '@rollcall/database'
import { userColumns, type ExportUsersQuery } from '@rollcall/contracts/admin-api'
import { Conflict } from '@rollcall/http-kit'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { hiddenKeys } from '../../custom-fields/hide.ts'
import { checkVisible } from '../../custom-fields/refuse.ts'
import { spreadsheetText } from '../../spreadsheet-text.ts'
import { readFilter } from './read-filter.ts'
import { compileFilter, tablesRead } from './search/compile-filter.ts'
import { countUsers, isEverybody } from './search/find-users.ts'
import { sortOrderOf } from './search/sort-order.ts'
import {
  columnExpression,
  gatheredExpression,
  gatherMemberships,
  jsonExpression,
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
 * Those who match, in order, as a stream of one moment's truth whose memory does not grow with their number.
 * @param sight of whoever asks: without the fields that they may not see
 * @throws Conflict `directory-needed` where no copy is kept
 */
export async function exportUsers(
  deps: UserSourceDeps,
  query: ExportUsersQuery & { sight: Sight },
  now: Date,
): Promise<UserExport> {
  const { sort, format, columns = everyColumn, sight } = query
  checkVisible([sort.replace(/^-/, ''), ...columns], sight)
  const asked = readFilter(query.filter, sight)
  const source = await userSource(deps)
  if (source.kind === 'tenant' || !deps.copy) {
    throw new Conflict('directory-needed', 'Users are exported from Rollcall’s directory, and it has not been filled.')
  }
  const filter = await whoIsShown(asked, source.bin)
  const { key, isDown } = sortOrderOf(sort)
  const matching = isEverybody(filter) ? sql<boolean>`true` : compileFilter(filter, { now })
  const order = isDown ? sql`DESC` : sql`ASC`
  const total = await countUsers(source.db, { filter, now })
  const isGathered = isEverybody(filter) || total >= many
  const rowOf = format === 'csv' ? csvRow : jsonRow
  const question = sql`SELECT ${rowOf(columns, asSeen(isGathered ? gatheredExpression : columnExpression, sight))}
    FROM users u ${isGathered ? gatherMemberships(columns) : sql``} ${tablesRead(filter).search ? sql`JOIN user_search s USING (user_id)` : sql``}
    WHERE ${matching} ORDER BY ${key} ${order} NULLS LAST, u.user_id ${order}`
  const { store } = deps.copy
  if (format === 'csv') return { total, content: await store.copyCsv(question) }
  const lines = await store.copyJson(question)
  return { total, content: format === 'json' ? asArray(lines) : lines }
}

/** Metadata whole is without the keys that are not to be seen. */
const asSeen = (read: ReadColumn, sight: Sight): ReadColumn => {
  return (name) => {
    const hidden = hiddenKeys(sight, name)
    return hidden.length === 0 ? read(name) : sql`(${read(name)} - ${hidden}::text[])`
  }
}

const jsonRow = (columns: readonly string[], read: ReadColumn): RawBuilder<unknown> =>
  sql`json_build_object(${sql.join(columns.map((name) => sql`${name}::text, ${jsonExpression(name, read)}`))})`

const csvRow = (columns: readonly string[], read: ReadColumn): RawBuilder<unknown> =>
  sql.join(columns.map((name) => sql`${csvCell(name, read)} AS ${sql.id(name)}`))

const lists = ['roles', 'organizations', 'tags']
const plain = ['email_verified', 'phone_verified', 'blocked', 'mfa', 'logins_count']

function csvCell(name: string, read: ReadColumn): RawBuilder<unknown> {
  if (plain.includes(name)) return read(name)
  const text = lists.includes(name)
    ? sql`(SELECT string_agg(item, '; ') FROM jsonb_array_elements_text(${read(name)}) item)`
    : name.includes('.')
      ? sql`(${read(name)}) #>> '{}'`
      : sql`(${jsonExpression(name, read)})::text`
  return spreadsheetText(text)
}

/** Lines of JSON as one JSON array. A line break is where a row ends and nowhere else: within JSON it is written as two characters. */
function asArray(lines: Readable): Readable {
  let opening = '['
  let owesComma = false
  const array = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1') // bytes pass as they are
      const rows = text.endsWith('\n') ? text.slice(0, -1) : text
      const lead = opening + (owesComma ? ',\n' : '')
      opening = ''
      owesComma = text.endsWith('\n')
      done(null, Buffer.from(lead + rows.replaceAll('\n', ',\n'), 'latin1'))
    },
    flush(done) {
      done(null, `${opening}]\n`)
    },
  })
  lines.once('error', (error) => array.destroy(error))
  array.once('close', () => lines.destroy())
  return lines.pipe(array)
}
