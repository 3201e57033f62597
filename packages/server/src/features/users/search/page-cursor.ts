import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'

/**
 * Where a list goes on. Not secret and not signed: it says no more than where to begin, and whoever invents one sees a list they may see anyway.
 */
const PageCursor = z.union([
  /** After the user `id`, whose value in the sorted column is `key`; null: among those who have none. */
  z.strictObject({ sort: z.string(), key: z.union([z.string(), z.number(), z.boolean(), z.null()]), id: z.string() }),
  /** Of a tenant that is asked live: pages by number. */
  z.strictObject({ sort: z.string(), page: z.int().min(1) }),
])
export type PageCursor = z.infer<typeof PageCursor>

export const writeCursor = (cursor: PageCursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/**
 * @param sort of the list that is asked for: a cursor of another order leads nowhere
 * @throws InvalidInput `cursor-invalid`
 */
export function readCursor(text: string, sort: string): PageCursor {
  const cursor = PageCursor.safeParse(jsonOf(Buffer.from(text, 'base64url').toString())).data
  if (cursor?.sort === sort) return cursor
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
