import type { ManagementUser } from '@rollcall/contracts/management-api'
import { sql, type Selectable } from '@rollcall/database'
import type { Fact } from '../actions/facts.ts'
import type { UserState } from '../actions/user-state.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { UserTable } from '../store/schema.ts'

/** What is known of a user without the tenant. */
const read: readonly Fact[] = ['roles', 'allRoles', 'nextDueAt']
/** What may be unknown to an action, as where the tenant does not let Rollcall see it. */
const spared: readonly Fact[] = ['sessions', 'refreshTokens', 'apis']

export const areAllRead = (facts: readonly Fact[]): boolean => facts.every((fact) => read.includes(fact))
/** Whether a dry run can tell what an action would do that asks for these. */
export const isKnown = (facts: readonly Fact[]): boolean => areAllRead(facts.filter((fact) => !spared.includes(fact)))

export interface KnownUser {
  place: number
  userId: string
  /** undefined: the directory has nobody of that id. */
  state: UserState | undefined
}

interface Row extends Selectable<UserTable> {
  place: number
  asked_id: string
  roles: { id: string; name: string }[] | null
  run_id: string | null
  due_at: Date | null
  was_blocked: boolean | null
}

/** The next of a job's users as the directory has them, in order. */
export async function readKnownUsers(
  db: StoreQueries,
  { jobId, after, limit }: { jobId: string; after: number; limit: number },
): Promise<KnownUser[]> {
  const { rows } = await sql<Row>`
    SELECT j.place, j.user_id AS asked_id, u.*, d.run_id, d.due_at, d.was_blocked, (
      SELECT json_agg(json_build_object('id', r.role_id, 'name', r.name)) FROM user_roles m JOIN roles r USING (role_id) WHERE m.user_id = u.user_id
    ) AS roles
    FROM (SELECT place, user_id FROM job_users WHERE job_id = ${jobId} AND place > ${after} ORDER BY place LIMIT ${limit}) j
    LEFT JOIN users u USING (user_id) LEFT JOIN scheduled_deletions d USING (user_id) ORDER BY j.place`.execute(db)
  return rows.map((row) => ({ place: row.place, userId: row.asked_id, state: row.created_at ? toState(row) : undefined }))
} // prettier-ignore

function toState(row: Row): UserState {
  const { run_id: runId, due_at: dueAt, was_blocked: wasBlocked } = row
  return {
    user: toUser(row),
    roles: row.roles ?? [],
    deletion: runId && dueAt ? { runId, dueAt, wasBlocked: wasBlocked ?? false } : null,
  }
}

/** A row of the directory as the tenant would answer the user, as far as the row knows. */
function toUser(row: Row): ManagementUser {
  return {
    user_id: row.user_id,
    email: row.email,
    email_verified: row.email_verified,
    username: row.username,
    phone_number: row.phone_number,
    phone_verified: row.phone_verified,
    name: row.name,
    nickname: row.nickname,
    given_name: row.given_name,
    family_name: row.family_name,
    picture: row.picture,
    blocked: row.blocked,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    last_login: row.last_login?.toISOString() ?? null,
    last_ip: row.last_ip,
    logins_count: row.logins_count,
    last_password_reset: row.last_password_reset?.toISOString() ?? null,
    identities: row.identities,
    user_metadata: row.user_metadata,
    app_metadata: row.app_metadata,
  }
}
