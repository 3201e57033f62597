import { openDatabase, sql, transaction } from '@rollcall/database'
import type { Database } from '@rollcall/database'
import { prefixedId } from '../ids.ts'
import { changeEveryone, logChangeOfEveryone } from '../logs/log-unlogged-changes.ts'
import type { TenantSchema } from '../schema.ts'
import { ensureGroups } from './groups.ts'
import type { Groups } from './groups.ts'
import { addHistory } from './history.ts'
import { columns, makeRows, numberOf, seededId, sources } from './make-rows.ts'
import type { Rows, Table } from './make-rows.ts'

export interface SeedOptions {
  databaseUrl: string
  /** How many users made up by us there shall be in all. */
  users: number
  now: Date
  onProgress?: (progress: { done: number; total: number; rowsPerSecond: number }) => void
}

const batchSize = 20_000
/** Each after those it refers to. */
const tables: Table[] = ['users', 'identities', 'user_roles', 'organization_members', 'authentication_methods']

/**
 * Fills the tenant with believable users, by COPY. Goes on where an earlier run ended.
 * @returns how many were added
 */
export async function seedUsers(options: SeedOptions): Promise<number> {
  const { users, now } = options
  const database = openDatabase<TenantSchema>({ url: options.databaseUrl, schema: 'tenant', poolSize: 2 })
  try {
    await ensureConnections(database, now)
    const first = await countSeeded(database)
    if (first >= users) return 0
    const groups = await transaction(database.db, async (trx) => {
      await changeEveryone(trx) // said with the first batch
      return ensureGroups(trx, now)
    })
    const startedAt = performance.now()
    for (let from = first; from < users; from += batchSize) {
      const to = Math.min(from + batchSize, users)
      await copyBatch(database, { from, to, now, groups })
      const seconds = (performance.now() - startedAt) / 1000
      options.onProgress?.({ done: to, total: users, rowsPerSecond: Math.round((to - first) / seconds) })
    }
    if (first === 0) await transaction(database.db, (trx) => addHistory(trx, now))
    await sql`ANALYZE`.execute(database.db)
    return users - first
  } finally {
    await database.close()
  }
}

async function ensureConnections({ db }: Database<TenantSchema>, now: Date): Promise<void> {
  await db
    .insertInto('connections')
    .values(
      sources.map(({ connection, provider }) => ({
        id: prefixedId('con'),
        name: connection,
        strategy: provider,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function countSeeded({ db }: Database<TenantSchema>): Promise<number> {
  const { rows } = await sql<{ last: string | null }>`
    SELECT max(right(identity_id, 24)) AS last FROM identities WHERE identity_id ~ ${seededId}`.execute(db)
  return rows[0]?.last ? numberOf(rows[0].last) + 1 : 0
}

/** All tables or none: COPY of each into a table of its own, then all in one transaction. */
async function copyBatch(
  database: Database<TenantSchema>,
  { from, to, now, groups }: { from: number; to: number; now: Date; groups: Groups },
): Promise<void> {
  const rows: Rows = { users: [], identities: [], user_roles: [], organization_members: [], authentication_methods: [] }
  for (let number = from; number < to; number += 1) makeRows(rows, number, { now, groups })
  const { db } = database
  for (const table of tables) {
    const staged = sql.id(`seed_${table}`)
    await sql`DROP TABLE IF EXISTS ${staged}`.execute(db) // of a run that was ended
    await sql`CREATE UNLOGGED TABLE ${staged} (LIKE ${sql.id(table)} INCLUDING DEFAULTS)`.execute(db)
    await database.copyInto(`seed_${table}`, columns[table], rows[table])
  }
  await transaction(db, async (trx) => {
    await changeEveryone(trx)
    for (const table of tables)
      await sql`INSERT INTO ${sql.id(table)} SELECT * FROM ${sql.id(`seed_${table}`)}`.execute(trx)
    // Made up, like their users: nobody gets anywhere with them.
    await sql`INSERT INTO identity_tokens SELECT provider, identity_id, jsonb_build_object('access_token', 'demo-' || encode(sha256(identity_id::bytea), 'hex'), 'expires_in', 3599)
      FROM seed_identities WHERE is_social`.execute(trx)
    await logChangeOfEveryone(trx, { reason: 'Demo users were added', at: now })
  })
  for (const table of tables) await sql`DROP TABLE ${sql.id(`seed_${table}`)}`.execute(db)
}
