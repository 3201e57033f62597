import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { DatabaseUnusable } from './open-database.ts'

export interface MigrateOptions {
  schema: string
  /** Holds `NNNN-name.sql` files. */
  folder: URL
}

/**
 * Brings the schema up to the newest migration: each file once, in order, in a transaction of its own. Of two processes one does it, while the
 * other waits and finds nothing to do.
 * @returns the names of the files that were applied now
 * @throws DatabaseUnusable when an applied file was edited, or the database is newer than this code
 */
export async function migrate(db: Kysely<never>, { schema, folder }: MigrateOptions): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort()
  const files = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder.href.endsWith('/') ? folder : `${folder.href}/`), 'utf8')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
  return db.connection().execute(async (connection) => {
    await sql`SELECT pg_advisory_lock(hashtext(${`rollcall migrate ${schema}`}))`.execute(connection)
    try {
      await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(schema)}`.execute(connection)
      const table = sql.id(schema, 'migrations')
      await sql`CREATE TABLE IF NOT EXISTS ${table} (
        name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
      )`.execute(connection)
      const applied = await sql<{ name: string; checksum: string }>`SELECT name, checksum FROM ${table}`.execute(
        connection,
      )
      for (const { name, checksum } of applied.rows) {
        const file = files.find((candidate) => candidate.name === name)
        if (!file) {
          throw new DatabaseUnusable(
            `The database is newer than this program (it has ${name}). Start the newer version again.`,
          )
        }
        if (file.checksum !== checksum) {
          throw new DatabaseUnusable(
            `The migration ${name} was changed after it was applied. Restore it and add a new one.`,
          )
        }
      }
      const pending = files.filter((file) => !applied.rows.some(({ name }) => name === file.name))
      for (const { name, text, checksum } of pending) {
        await connection.transaction().execute(async (trx) => {
          await sql`SET LOCAL search_path = ${sql.id(schema)}, public`.execute(trx)
          await sql.raw(text).execute(trx)
          await sql`INSERT INTO ${table} (name, checksum) VALUES (${name}, ${checksum})`.execute(trx)
        })
      }
      return pending.map(({ name }) => name)
    } finally {
      await sql`SELECT pg_advisory_unlock(hashtext(${`rollcall migrate ${schema}`}))`.execute(connection)
    }
  })
}
