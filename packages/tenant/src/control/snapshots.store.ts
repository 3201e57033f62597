import { sql, transaction } from '@rollcall/database'
import type { Kysely, Transaction } from '@rollcall/database'
import { changeEveryone, logChangeOfEveryone } from '../logs/log-unlogged-changes.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'

/** What a snapshot may be called: it becomes part of a schema's name. */
export const snapshotName = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/

/** Keys stay as they are, so that tokens do; what was seen once stays seen; the rest follows from the users by itself. */
const derived = ['user_search', 'user_json']
const notKept = ['signing_keys', 'seen_once', 'user_count', 'unlogged_changes', 'migrations', ...derived]
const prefix = 'tenant_snapshot_'
const schemaOf = (name: string) => sql.id(prefix + name)

export interface Snapshot {
  name: string
  users: number
}

/** The tables whose rows a snapshot holds, each after those it refers to. */
async function tablesOf(trx: Transaction<TenantSchema>): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname`.execute(trx)
  const { rows: references } = await sql<{ source: string; target: string }>`
    SELECT s.relname AS source, t.relname AS target FROM pg_constraint c
    JOIN pg_class s ON s.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
    WHERE c.contype = 'f' AND s.relnamespace = current_schema()::regnamespace AND s.oid <> t.oid`.execute(trx)
  const left = new Set(tables.map(({ name }) => name).filter((name) => !notKept.includes(name)))
  const ordered: string[] = []
  while (left.size > 0) {
    const next = [...left].filter(
      (name) => !references.some(({ source, target }) => source === name && left.has(target)),
    )
    if (next.length === 0) throw new Error(`Tables refer to each other in a circle: ${[...left].join(', ')}`)
    for (const name of next) left.delete(name)
    ordered.push(...next)
  }
  return ordered
}

/** One change of a snapshot at a time. */
const lock = (trx: Transaction<TenantSchema>) =>
  sql`SELECT pg_advisory_xact_lock(hashtext('rollcall snapshots'))`.execute(trx)

/** Keeps the tenant as it is under a name; one of that name before is replaced. */
export async function takeSnapshot(db: Kysely<TenantSchema>, name: string): Promise<void> {
  // All tables as of one moment, whatever is written meanwhile.
  await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      await lock(trx)
      await sql`DROP SCHEMA IF EXISTS ${schemaOf(name)} CASCADE`.execute(trx)
      await sql`CREATE SCHEMA ${schemaOf(name)}`.execute(trx)
      for (const table of await tablesOf(trx))
        await sql`CREATE TABLE ${schemaOf(name)}.${sql.id(table)} AS TABLE ${sql.id(table)}`.execute(trx)
    })
}

/** Makes the tenant what it was when the snapshot was taken; whole or not at all. @returns whether there is one */
export function restoreSnapshot({ db, now }: Pick<TenantContext, 'db' | 'now'>, name: string): Promise<boolean> {
  return transaction(db, async (trx) => {
    await lock(trx)
    const { rows: columns } = await sql<{ table: string; column: string }>`
      SELECT kept.table_name AS table, kept.column_name AS column FROM information_schema.columns kept
      JOIN information_schema.columns now ON now.table_schema = current_schema()
        AND now.table_name = kept.table_name AND now.column_name = kept.column_name
      WHERE kept.table_schema = ${prefix + name} ORDER BY kept.ordinal_position`.execute(trx)
    if (columns.length === 0) return false
    const tables = await tablesOf(trx)
    await changeEveryone(trx)
    await sql`TRUNCATE ${sql.join([...tables, ...derived].map((table) => sql.id(table)))}`.execute(trx)
    for (const table of tables) {
      const names = columns.filter((one) => one.table === table).map(({ column }) => sql.id(column))
      if (names.length === 0) continue // made since by a newer version
      await sql`INSERT INTO ${sql.id(table)} (${sql.join(names)}) OVERRIDING SYSTEM VALUE
        SELECT ${sql.join(names)} FROM ${schemaOf(name)}.${sql.id(table)}`.execute(trx)
    }
    await logChangeOfEveryone(trx, { reason: 'A snapshot was restored', at: now() })
    return true
  })
}

export async function listSnapshots(db: Kysely<TenantSchema>): Promise<Snapshot[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT substr(nspname, ${prefix.length + 1}) AS name FROM pg_namespace
    WHERE nspname LIKE ${`${prefix.replaceAll('_', String.raw`\_`)}%`} ORDER BY nspname`.execute(db)
  return Promise.all(
    rows.map(async ({ name }) => {
      const { rows: counted } = await sql<{ users: number }>`SELECT count(*)::int AS users FROM ${schemaOf(name)}.users`.execute(db) // prettier-ignore
      return { name, users: counted[0]?.users ?? 0 }
    }),
  )
}

/** @returns whether there was one */
export function deleteSnapshot(db: Kysely<TenantSchema>, name: string): Promise<boolean> {
  return transaction(db, async (trx) => {
    await lock(trx)
    const { rows } = await sql`SELECT 1 FROM pg_namespace WHERE nspname = ${prefix + name}`.execute(trx)
    if (rows.length === 0) return false
    await sql`DROP SCHEMA ${schemaOf(name)} CASCADE`.execute(trx)
    return true
  })
}
