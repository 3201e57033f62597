import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { spanOf } from '../users/search/compile-query.ts'
import { QuerySyntaxError } from '../users/search/parse-query.ts'
import type { Query, Value } from '../users/search/parse-query.ts'

/** What a term without a field is looked for in. */
const bareFields = ['type', 'description', 'user_id', 'user_name', 'client_id', 'client_name', 'connection', 'ip']

/**
 * The condition of a log search on the table `logs`. Values are compared whole and case-sensitively: `description:rule` does not find
 * "Create a rule", `description:*rule` does (Auth0, "Log Search Query Syntax").
 * @throws QuerySyntaxError
 */
export function compileLogQuery(query: Query): RawBuilder<boolean> {
  switch (query.kind) {
    case 'and':
      return sql<boolean>`(${sql.join(query.parts.map(compileLogQuery), sql` AND `)})`
    case 'or':
      return sql<boolean>`(${sql.join(query.parts.map(compileLogQuery), sql` OR `)})`
    case 'not':
      return sql<boolean>`NOT coalesce(${compileLogQuery(query.part)}, false)`
    case 'exists':
      return sql<boolean>`${cell(query.field)} IS NOT NULL`
    case 'range': {
      const { field, low, high } = query
      if (field !== 'date') {
        const parts = [sql`${cell(field)} IS NOT NULL`]
        if (low.text !== undefined)
          parts.push(low.isInclusive ? sql`${cell(field)} >= ${low.text}` : sql`${cell(field)} > ${low.text}`)
        if (high.text !== undefined)
          parts.push(high.isInclusive ? sql`${cell(field)} <= ${high.text}` : sql`${cell(field)} < ${high.text}`)
        return sql<boolean>`(${sql.join(parts, sql` AND `)})`
      }
      const parts = [sql`true`]
      if (low.text !== undefined) {
        const [start, end] = spanOf(low.text)
        parts.push(low.isInclusive ? sql`date >= ${start}` : end > start ? sql`date >= ${end}` : sql`date > ${start}`)
      }
      if (high.text !== undefined) {
        const [start, end] = spanOf(high.text)
        parts.push(!high.isInclusive ? sql`date < ${start}` : end > start ? sql`date < ${end}` : sql`date <= ${end}`)
      }
      return sql<boolean>`(${sql.join(parts, sql` AND `)})`
    }
    case 'match': {
      const { field, value } = query
      if (field === 'date') {
        const [start, end] = spanOf(literalOf(value))
        return end > start ? sql<boolean>`(date >= ${start} AND date < ${end})` : sql<boolean>`date = ${start}`
      }
      if (field !== undefined) return matches(cell(field), value)
      return sql<boolean>`(${sql.join(
        bareFields.map((name) => matches(cell(name), value)),
        sql` OR `,
      )})`
    }
  }
}

function cell(field: string): RawBuilder<unknown> {
  if (field === 'type' || field === 'user_id' || field === 'log_id') return sql.ref(field)
  if (field === '_id') return sql`log_id`
  if (!/^[\w.-]{1,200}$/.test(field)) throw new QuerySyntaxError(`${field} cannot be searched`)
  return sql`(body #>> ${field.split('.')}::text[])`
}

function matches(column: RawBuilder<unknown>, value: Value): RawBuilder<boolean> {
  if (value.pieces.length === 1) return sql<boolean>`${column} = ${literalOf(value)}`
  const pattern = value.pieces.map((piece) => piece.replace(/[\\%_]/g, '\\$&')).join('%')
  return sql<boolean>`${column} LIKE ${pattern}`
}

const literalOf = (value: Value) => value.pieces.join('*')
