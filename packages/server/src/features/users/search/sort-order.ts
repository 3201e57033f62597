import { sql, type RawBuilder } from '@rollcall/database'
import type { UserSort } from '@rollcall/contracts/admin-api'

/** What a list is sorted by, and how that is said to PostgreSQL so that an index gives the order. */
export interface SortOrder {
  /** On a table aliased `u`. */
  key: RawBuilder<unknown>
  /** As it is compared with a cursor's value. */
  type: 'timestamptz' | 'text' | 'integer' | 'boolean' | 'jsonb'
  isDown: boolean
  /** The one order that the narrow search table has too. */
  isOfCreation: boolean
  isNullable: boolean
  /** Whether an index has this order: then a page is found by walking it, else by sorting all that match. */
  isIndexed: boolean
  /** `DESC NULLS LAST` and its kind, as the index has it; those who have nothing are asked for apart. */
  direction: RawBuilder<unknown>
}

interface SortableColumn {
  key: RawBuilder<unknown>
  type: SortOrder['type']
  isNullable: boolean
  /** The direction its index is written in. */
  index?: 'up' | 'down'
}

const column = (name: string) => sql.ref(`u.${name}`)
const text = (name: string): SortableColumn => ({ key: column(name), type: 'text', isNullable: true })

const sortable: Record<string, SortableColumn> = {
  user_id: { key: column('user_id'), type: 'text', isNullable: false, index: 'up' },
  name: { key: column('name_key'), type: 'text', isNullable: true, index: 'up' },
  email: { key: column('email_key'), type: 'text', isNullable: true, index: 'up' },
  email_verified: { key: column('email_verified'), type: 'boolean', isNullable: false },
  nickname: text('nickname'),
  username: text('username'),
  given_name: text('given_name'),
  family_name: text('family_name'),
  phone_number: text('phone_number'),
  phone_verified: { key: column('phone_verified'), type: 'boolean', isNullable: false },
  connection: text('connection'),
  blocked: { key: column('blocked'), type: 'boolean', isNullable: false },
  mfa: { key: column('mfa'), type: 'boolean', isNullable: false },
  created_at: { key: column('created_at'), type: 'timestamptz', isNullable: false, index: 'down' },
  updated_at: { key: column('updated_at'), type: 'timestamptz', isNullable: false },
  last_login: { key: column('last_login'), type: 'timestamptz', isNullable: true, index: 'down' },
  last_ip: text('last_ip'),
  logins_count: { key: column('logins_count'), type: 'integer', isNullable: false, index: 'down' },
  last_password_reset: { key: column('last_password_reset'), type: 'timestamptz', isNullable: true },
}

/** @param sort checked: a sortable column or a path into metadata, with a minus to sort downwards */
export const sortOrderOf = (sort: UserSort): SortOrder => orders.get(sort) ?? orderBy(sort)

function orderBy(sort: UserSort): SortOrder {
  const isDown = sort.startsWith('-')
  const name = isDown ? sort.slice(1) : sort
  const { key, type, isNullable, index } = sortable[name] ?? metadata(name)
  const isForward = (index === 'down') === isDown
  const order = isDown ? sql`DESC` : sql`ASC`
  // Indexes of what may be null keep nulls last; walked backwards they give them first.
  const direction = !isNullable ? order : isForward ? sql`${order} NULLS LAST` : sql`${order} NULLS FIRST`
  return {
    key,
    type,
    isDown,
    isOfCreation: name === 'created_at',
    isNullable,
    isIndexed: index !== undefined,
    direction,
  }
}

const orders = new Map(
  Object.keys(sortable)
    .flatMap((name) => [name, `-${name}`])
    .map((sort) => [sort, orderBy(sort)]),
)

/** Numbers among numbers, texts among texts, as jsonb compares them; a null that was written counts as nothing. */
function metadata(name: string): SortableColumn {
  const [table = '', ...path] = name.split('.')
  return {
    key: sql`nullif(${sql.ref(`u.${table}`)} #> ${path}::text[], 'null'::jsonb)`,
    type: 'jsonb',
    isNullable: true,
  }
}
