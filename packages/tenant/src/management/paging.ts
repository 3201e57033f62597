import { z } from 'zod'
import { badRequest } from './management-error.ts'

const flag = z.enum(['true', 'false', '1', '0', '']).transform((text) => text === 'true' || text === '1' || text === '')

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))

/** The query parameters of every paged list. */
export const pagingQuery = {
  page: whole(0, 100_000_000).default(0).describe('Page index of the results to return. First page is 0.'),
  per_page: whole(0, 100).default(50).describe('Number of results per page.'),
  include_totals: flag
    .default(false)
    .describe(
      'Return results inside an object that contains the total result count (true) or as a direct array of results (false, default).',
    ),
  fields: z.string().max(1000).optional(),
  include_fields: flag.default(true),
}
export const PagingQuery = z.object(pagingQuery)
export type PagingQuery = z.infer<typeof PagingQuery>

/** Of lists that can also be read on from where the last page ended; then page, per_page and include_totals mean nothing. */
export const checkpointQuery = {
  ...pagingQuery,
  from: z.string().max(1000).optional().describe('Optional Id from which to start selection.'),
  take: whole(1, 100).optional().describe('Number of results per page. Defaults to 50.'),
}
export const CheckpointQuery = z.object(checkpointQuery)
export type CheckpointQuery = z.infer<typeof CheckpointQuery>

export const fieldsQuery = { fields: pagingQuery.fields, include_fields: pagingQuery.include_fields }
export const FieldsQuery = z.looseObject(fieldsQuery)

interface List<Item> {
  /** Under which Auth0 names it. */
  name: string
  items: Item[]
  total: number
  /** Auth0 writes the members of some envelopes in another order, and of some lists also their length. */
  withLength?: boolean
}

/** A bare array, or with totals an object that names its list. */
export function paged<Item extends object>(
  query: PagingQuery,
  { name, items, total, withLength }: List<Item>,
): unknown {
  const { page, per_page: limit, include_totals: hasTotals, fields, include_fields: isInclusive } = query
  const shown = items.map((item) => pick(item, fields, isInclusive))
  if (!hasTotals) return shown
  return { start: page * limit, limit, ...(withLength && { length: items.length }), [name]: shown, total }
}

/** As `paged`, of items that are JSON already: taken apart only where some members of them are asked for. */
export function pagedJson(
  query: PagingQuery,
  { name, items, length, total }: { name: string; items: string; length: number; total: number },
): string {
  const { page, per_page: limit, include_totals: hasTotals, fields } = query
  if (fields !== undefined && fields !== '') {
    return JSON.stringify(paged(query, { name, items: JSON.parse(items) as object[], total, withLength: true }))
  }
  return hasTotals
    ? `{"start":${page * limit},"limit":${limit},"length":${length},"${name}":${items},"total":${total}}`
    : items
}

/** One page of a list that is in memory already. */
export function pagedOf<Item extends object>(
  query: PagingQuery,
  { name, all }: { name: string; all: Item[] },
): unknown {
  const from = query.page * query.per_page
  return paged(query, { name, items: all.slice(from, from + query.per_page), total: all.length })
}

/** Where a checkpoint stands: the moment something was added, and its id. */
export interface Checkpoint {
  at: Date
  id: string
}

export const isByCheckpoint = ({ from, take }: CheckpointQuery): boolean => from !== undefined || take !== undefined

/** @returns undefined at the beginning. @throws ManagementError 400 for what we never handed out */
export function readCheckpoint({ from }: Pick<CheckpointQuery, 'from'>): Checkpoint | undefined {
  if (from === undefined || from === '') return undefined
  const text = Buffer.from(from, 'base64').toString('utf8')
  const comma = text.indexOf(',')
  const at = new Date(text.slice(0, comma))
  const id = text.slice(comma + 1)
  if (comma < 1 || id === '' || id.includes('\0') || Number.isNaN(at.getTime())) {
    throw badRequest('The `from` parameter is not valid.', 'invalid_query_string')
  }
  return { at, id }
}

/** A page of a list that is read on from its end. @param rows one more than asked for, where there are more */
export function checkpointed<Row, Item extends object>(
  query: CheckpointQuery,
  list: {
    name: string
    rows: Row[]
    checkpointOf: (row: Row) => Checkpoint
    present: (row: Row) => Item
    /** Some of Auth0's lists say where they ended even if nothing follows. */
    namesEveryEnd?: boolean
  },
): unknown {
  const { name, rows, checkpointOf, present, namesEveryEnd = false } = list
  const take = query.take ?? 50
  const shown = rows.slice(0, take)
  const last = rows.length > take || namesEveryEnd ? shown.at(-1) : undefined
  const end = last && checkpointOf(last)
  return {
    [name]: shown.map((row) => pick(present(row), query.fields, query.include_fields)),
    ...(end && { next: Buffer.from(`${end.at.toISOString()},${end.id}`).toString('base64') }),
  }
}

/** Either way of paging, over rows that are in memory already, oldest first. */
export function listed<Row, Item extends object>(
  query: CheckpointQuery,
  {
    name,
    all,
    checkpointOf,
    present,
  }: { name: string; all: Row[]; checkpointOf: (row: Row) => Checkpoint; present: (row: Row) => Item },
): unknown {
  if (!isByCheckpoint(query)) {
    const from = query.page * query.per_page
    return paged(query, { name, items: all.slice(from, from + query.per_page).map(present), total: all.length })
  }
  const after = readCheckpoint(query)
  const isLater = ({ at, id }: Checkpoint) =>
    after === undefined || at > after.at || (at.getTime() === after.at.getTime() && id > after.id)
  return checkpointed(query, { name, rows: all.filter((row) => isLater(checkpointOf(row))), checkpointOf, present })
}

/** Only the named members, or all but those. */
export function pick<Item extends object>(item: Item, fields: string | undefined, isInclusive: boolean): Partial<Item> {
  if (fields === undefined || fields === '') return item
  const named = fields.split(',').map((field) => field.trim())
  return Object.fromEntries(
    Object.entries(item).filter(([key]) => named.includes(key) === isInclusive),
  ) as Partial<Item>
}
