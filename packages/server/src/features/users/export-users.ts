import { Transform, type Readable } from 'node:stream'
import { sql, type RawBuilder } from '@rollcall/database'
import { userColumns, type ExportUsersQuery } from '@rollcall/contracts/admin-api'
import { Conflict } from '@rollcall/http-kit'
import { spreadsheetText } from '../../spreadsheet-text.ts'
import { readFilter } from './read-filter.ts'
import { compileFilter, tablesRead } from './search/compile-filter.ts'
import { countUsers, isEverybody } from './search/find-users.ts'
import { sortOrderOf } from './search/sort-order.ts'
import { columnExpression, jsonExpression } from './user-columns.ts'
import { whoIsShown } from './who-is-shown.ts'
import { userSource, type UserSourceDeps } from './user-source.ts'

export interface UserExport {
  /** How many rows there will be, as counted just before. */
  total: number
  content: Readable
}

/** Everything, and so what can be imported again: metadata whole, no identity provider's token (the directory holds none). */
const everyColumn = [...userColumns, 'user_metadata', 'app_metadata']

/**
 * Those who match, in order, as a stream of one moment's truth whose memory does not grow with their number.
 * @throws Conflict `directory-needed` where no copy is kept
 */
export async function exportUsers(deps: UserSourceDeps, query: ExportUsersQuery, now: Date): Promise<UserExport> {
  const { sort, format, columns = everyColumn } = query
  const asked = readFilter(query.filter)
  const source = await userSource(deps)
  if (source.kind === 'tenant' || !deps.copy) {
    throw new Conflict('directory-needed', 'Users are exported from Rollcall’s directory, and it has not been filled.')
  }
  const filter = await whoIsShown(asked, source.bin)
  const { key, isDown } = sortOrderOf(sort)
  const rows = format === 'csv' ? csvRow(columns) : jsonRow(columns)
  const matching = isEverybody(filter) ? sql<boolean>`true` : compileFilter(filter, { now })
  const order = isDown ? sql`DESC` : sql`ASC`
  const question = sql`SELECT ${rows} FROM users u ${tablesRead(filter).search ? sql`JOIN user_search s USING (user_id)` : sql``}
    WHERE ${matching} ORDER BY ${key} ${order} NULLS LAST, u.user_id ${order}`
  const total = await countUsers(source.db, { filter, now })
  const { store } = deps.copy
  if (format === 'csv') return { total, content: await store.copyCsv(question) }
  const lines = await store.copyJson(question)
  return { total, content: format === 'json' ? asArray(lines) : lines }
}

const jsonRow = (columns: readonly string[]): RawBuilder<unknown> =>
  sql`json_build_object(${sql.join(columns.map((name) => sql`${name}::text, ${jsonExpression(name)}`))})`

const csvRow = (columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((name) => sql`${csvCell(name)} AS ${sql.id(name)}`))

const lists = ['roles', 'organizations']
const plain = ['email_verified', 'phone_verified', 'blocked', 'mfa', 'logins_count']

function csvCell(name: string): RawBuilder<unknown> {
  if (plain.includes(name)) return columnExpression(name)
  const text = lists.includes(name)
    ? sql`(SELECT string_agg(item, '; ') FROM jsonb_array_elements_text(${columnExpression(name)}) item)`
    : name.includes('.')
      ? sql`(${columnExpression(name)}) #>> '{}'`
      : sql`(${jsonExpression(name)})::text`
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
