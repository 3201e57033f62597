import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'
import type { SortOrder } from './sort-order.ts'

/** PostgreSQL's text holds no NUL. */
const storable = z.string().refine((text) => !text.includes('\0'))

/**
 * Where a list goes on. Not secret and not signed: it says no more than where to begin, and whoever invents one sees a list they may see anyway.
 */
const PageCursor = z.union([
  /** After the user `id`, whose value in the sorted column is `key`; null: among those who have none. */
  z.strictObject({ sort: z.string(), key: z.union([z.string(), z.number(), z.boolean(), z.null()]), id: storable }),
  /** Of a tenant that is asked live: pages by number. */
  z.strictObject({ sort: z.string(), page: z.int().min(1) }),
])
export type PageCursor = z.infer<typeof PageCursor>

/** What a cursor may hold of a column, so that nobody's invention reaches the database as a value it cannot read. */
const keys: Record<SortOrder['type'], z.ZodType> = {
  timestamptz: z.iso.datetime(),
  text: storable,
  integer: z.int32(),
  boolean: z.boolean(),
  jsonb: z.string().refine((text) => jsonOf(text) !== undefined && !text.includes(String.raw`\u0000`)),
}

export const writeCursor = (cursor: PageCursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/**
 * @param sort of the list that is asked for: a cursor of another order leads nowhere
 * @param order the same, for what the cursor may hold
 * @throws InvalidInput `cursor-invalid`
 */
export function readCursor(
  text: string,
  sort: string,
  { type, isNullable }: Pick<SortOrder, 'type' | 'isNullable'>,
): PageCursor {
  const cursor = PageCursor.safeParse(jsonOf(Buffer.from(text, 'base64url').toString())).data
  const isPlace = cursor !== undefined && 'id' in cursor
  const isReadable = !isPlace || (cursor.key === null ? isNullable : keys[type].safeParse(cursor.key).success)
  if (cursor?.sort === sort && isReadable) return cursor
  throw new InvalidInput('cursor-invalid', 'The list cannot go on from here: ask for its first page again.', [
    { path: 'query.after', message: 'Expected the `next` of a page of the same filter and sort.' },
  ])
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
