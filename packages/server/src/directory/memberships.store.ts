import { sql, type RawBuilder } from '@rollcall/database'
import type { ManagementOrganization, ManagementRole } from '@rollcall/contracts/management-api'
import type { StoreQueries } from '../store/open-store.ts'

/** Roles and organizations are alike: groups with members. */
export interface GroupKind {
  kind: 'role' | 'organization'
  ofUser: 'user-roles' | 'user-organizations'
  groups: 'roles' | 'organizations'
  members: RawBuilder<unknown>
  groupId: RawBuilder<unknown>
}

export const roles: GroupKind = {
  kind: 'role',
  ofUser: 'user-roles',
  groups: 'roles',
  members: sql.table('user_roles'),
  groupId: sql.ref('role_id'),
}
export const organizations: GroupKind = {
  kind: 'organization',
  ofUser: 'user-organizations',
  groups: 'organizations',
  members: sql.table('organization_members'),
  groupId: sql.ref('organization_id'),
}

/** Answers about memberships are written one after the other: each has to see how new the others are. */
async function lock(trx: StoreQueries): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall directory memberships'))`.execute(trx)
}

/** Adds memberships that an answer names, but for those that a newer answer, about the group or about the user, was without. */
async function add(
  trx: StoreQueries,
  { group, groupIds, userIds, reading }: { group: GroupKind; groupIds: string[]; userIds: string[]; reading: number },
): Promise<void> {
  await sql`
    INSERT INTO ${group.members} (${group.groupId}, user_id, reading)
    SELECT g.id, u.id, ${reading}::bigint FROM unnest(${groupIds}::text[]) AS g (id), unnest(${userIds}::text[]) AS u (id)
    WHERE EXISTS (SELECT FROM ${sql.table(group.groups)} WHERE ${group.groupId} = g.id)
      AND NOT EXISTS (SELECT FROM membership_readings r WHERE r.reading > ${reading}
        AND ((r.kind = ${group.kind} AND r.id = g.id) OR (r.kind = ${group.ofUser} AND r.id = u.id)))
      AND NOT EXISTS (SELECT FROM departed_users d WHERE d.user_id = u.id AND d.reading >= ${reading})
    ON CONFLICT (${group.groupId}, user_id) DO UPDATE SET reading = greatest(${group.members}.reading, excluded.reading)`.execute(
    trx,
  )
}

async function noteReading(
  trx: StoreQueries,
  { kind, id, reading }: { kind: GroupKind['kind'] | GroupKind['ofUser']; id: string; reading: number },
): Promise<void> {
  await trx
    .insertInto('membership_readings')
    .values({ kind, id, reading })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'id'])
        .doUpdateSet({ reading: sql`greatest(membership_readings.reading, excluded.reading)`, read_at: sql`now()` }),
    )
    .execute()
}

export async function addMembers(
  trx: StoreQueries,
  page: { group: GroupKind; groupId: string; userIds: string[]; reading: number },
): Promise<void> {
  await lock(trx)
  await add(trx, { ...page, groupIds: [page.groupId] })
}

/** After all pages of a member list: who was on none of them is no member. */
export async function finishMembers(
  trx: StoreQueries,
  { group, groupId, reading }: { group: GroupKind; groupId: string; reading: number },
): Promise<void> {
  await lock(trx)
  await sql`DELETE FROM ${group.members} WHERE ${group.groupId} = ${groupId} AND reading < ${reading}`.execute(trx)
  await noteReading(trx, { kind: group.kind, id: groupId, reading })
}

/** Makes a user a member of these groups, and of no other. @returns whether one of the groups is not known yet */
export async function putGroupsOfUser(
  trx: StoreQueries,
  { group, userId, groupIds, reading }: { group: GroupKind; userId: string; groupIds: string[]; reading: number },
): Promise<boolean> {
  await lock(trx)
  await add(trx, { group, groupIds, userIds: [userId], reading })
  await sql`DELETE FROM ${group.members} WHERE user_id = ${userId} AND reading < ${reading}`.execute(trx)
  await noteReading(trx, { kind: group.ofUser, id: userId, reading })
  const { rows } = await sql`SELECT id FROM unnest(${groupIds}::text[]) AS g (id)
    WHERE NOT EXISTS (SELECT FROM ${sql.table(group.groups)} WHERE ${group.groupId} = g.id) LIMIT 1`.execute(trx)
  return rows.length > 0
}

/** Replaces the list of roles. @returns those unknown until now, whose members are then not known either */
export async function putRoles(
  trx: StoreQueries,
  { all, reading }: { all: ManagementRole[]; reading: number },
): Promise<string[]> {
  await lock(trx)
  return putGroups(trx, {
    group: roles,
    columns: sql`role_id, name, description`,
    source: sql`SELECT r.id, r.name, r.description FROM jsonb_to_recordset(${JSON.stringify(all)}::jsonb)
      AS r (id text, name text, description text)`,
    changes: sql`name = excluded.name, description = excluded.description`,
    ids: all.map(({ id }) => id),
    reading,
  })
}

/** Replaces the list of organizations. @returns those unknown until now */
export async function putOrganizations(
  trx: StoreQueries,
  { all, reading }: { all: ManagementOrganization[]; reading: number },
): Promise<string[]> {
  await lock(trx)
  return putGroups(trx, {
    group: organizations,
    columns: sql`organization_id, name, display_name`,
    source: sql`SELECT r.id, r.name, r.display_name FROM jsonb_to_recordset(${JSON.stringify(all)}::jsonb)
      AS r (id text, name text, display_name text)`,
    changes: sql`name = excluded.name, display_name = excluded.display_name`,
    ids: all.map(({ id }) => id),
    reading,
  })
}

interface GroupList {
  group: GroupKind
  columns: RawBuilder<unknown>
  source: RawBuilder<unknown>
  changes: RawBuilder<unknown>
  ids: string[]
  reading: number
}

/** Under which the reading of the list itself is kept. */
const listId = ''

async function putGroups(trx: StoreQueries, list: GroupList): Promise<string[]> {
  const { group, columns, source, changes, ids, reading } = list
  const newer = await trx
    .selectFrom('membership_readings')
    .select('id')
    .where('kind', '=', group.kind)
    .where('id', '=', listId)
    .where('reading', '>', reading)
    .executeTakeFirst()
  if (newer) return []
  await noteReading(trx, { kind: group.kind, id: listId, reading })
  const table = sql.table(group.groups)
  await sql`DELETE FROM ${table} WHERE NOT ${group.groupId} = ANY (${ids}::text[])`.execute(trx)
  const { rows: known } = await sql<{ id: string }>`SELECT ${group.groupId} AS id FROM ${table}`.execute(trx)
  await sql`INSERT INTO ${table} (${columns}) ${source} ON CONFLICT (${group.groupId}) DO UPDATE SET ${changes}`.execute(trx) // prettier-ignore
  return ids.filter((id) => !known.some((one) => one.id === id))
}
