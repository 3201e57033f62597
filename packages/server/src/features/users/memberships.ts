import { sql, type RawBuilder } from '@rollcall/database'
import { spreadsheetText } from '../../spreadsheet-text.ts'

interface Memberships {
  name: RawBuilder<unknown>
  /** The order they are told in; a key is compared byte by byte, and so is not mixed up with names. */
  order: { name: RawBuilder<unknown> } | { key: RawBuilder<unknown> }
  /** Memberships are `m` there. */
  from: RawBuilder<unknown>
}

const memberships = {
  roles: { name: sql`r.name`, order: { name: sql`r.name` }, from: sql`user_roles m JOIN roles r USING (role_id)` },
  organizations: {
    name: sql`coalesce(o.display_name, o.name)`,
    order: { name: sql`o.name` },
    from: sql`organization_members m JOIN organizations o USING (organization_id)`,
  },
  tags: { name: sql`m.tag`, order: { key: sql`m.tag_key` }, from: sql`user_tags m` },
} satisfies Record<string, Memberships>

/** A column of what a user belongs to, by names. */
export type MembershipColumn = keyof typeof memberships
export const membershipColumns = Object.keys(memberships) as MembershipColumn[] // the keys of that very object
export const isMembership = (name: string): name is MembershipColumn => Object.hasOwn(memberships, name)

/** `text`: as CSV has them, in one. */
export type MembershipForm = 'json' | 'text'

/** Looked up for one user of `users u`. */
export function lookUpMemberships(column: MembershipColumn, form: MembershipForm): RawBuilder<unknown> {
  const { name, order, from } = memberships[column]
  const by = 'key' in order ? order.key : order.name
  const names = form === 'json' ? sql`coalesce(jsonb_agg(${name} ORDER BY ${by}), '[]')` : inOneText(name, by)
  return sql`(SELECT ${names} FROM ${from} WHERE m.user_id = u.user_id)`
}

/**
 * For many users, to be joined to `users u`: all memberships at once, as `gathered`, NULL where there are none. In one list that is grouped by user, of
 * which PostgreSQL knows how to make a table to look into while it goes through the users; of several that are joined it does not, and would make one of
 * the users, whole.
 */
export function gatherMemberships(columns: readonly string[], form: MembershipForm): RawBuilder<unknown> {
  const wanted = columns.filter(isMembership)
  if (wanted.length === 0) return sql``
  const lists = wanted.map((column) => {
    const { name, order, from } = memberships[column]
    const by =
      'key' in order
        ? sql`NULL::text AS by_name, ${order.key} AS by_key`
        : sql`${order.name} AS by_name, NULL::text AS by_key`
    return sql`SELECT m.user_id, ${sql.lit(column)} AS kind, ${name} AS name, ${by} FROM ${from}`
  })
  const cells = wanted.map((column) => {
    const names =
      form === 'json'
        ? sql`jsonb_agg(name ORDER BY by_name, by_key) ${only(column)}`
        : inOneText(sql`name`, sql`by_name, by_key`, only(column))
    return sql`${names} AS ${sql.ref(column)}`
  })
  return sql`LEFT JOIN (
    SELECT user_id, ${sql.join(cells)} FROM (${sql.join(lists, sql` UNION ALL `)}) AS belonging GROUP BY user_id
  ) AS gathered USING (user_id)`
}

const only = (column: MembershipColumn) => sql`FILTER (WHERE kind = ${sql.lit(column)})`

const inOneText = (name: RawBuilder<unknown>, by: RawBuilder<unknown>, which = sql``) =>
  spreadsheetText(sql`string_agg(${name}, '; ' ORDER BY ${by}) ${which}`)
