import { z } from 'zod'

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

/** A bare array, or with totals an object that names its list. */
export function paged<Item extends object>(
  { page, per_page: limit, include_totals: hasTotals, fields, include_fields: isInclusive }: PagingQuery,
  { name, items, total }: { name: string; items: Item[]; total: number },
  { withLength = false } = {},
): unknown {
  const shown = items.map((item) => pick(item, fields, isInclusive))
  if (!hasTotals) return shown
  return { start: page * limit, limit, ...(withLength && { length: items.length }), [name]: shown, total }
}

/** Only the named members, or all but those. */
export function pick<Item extends object>(item: Item, fields: string | undefined, isInclusive: boolean): Partial<Item> {
  if (fields === undefined || fields === '') return item
  const named = fields.split(',').map((field) => field.trim())
  return Object.fromEntries(
    Object.entries(item).filter(([key]) => named.includes(key) === isInclusive),
  ) as Partial<Item>
}
