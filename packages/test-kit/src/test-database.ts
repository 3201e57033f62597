import { randomUUID } from 'node:crypto'
import { openDatabase, sql } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import { afterAll, inject } from 'vitest'

export interface TestDatabaseOptions {
  /** Of the template; what `prepare` makes under one name is made once a run. */
  name: string
  prepare: (url: string) => Promise<void>
}

/** A database for this test file alone, cloned from a template; dropped after the file. @returns its URL */
export async function testDatabase({ name, prepare }: TestDatabaseOptions): Promise<string> {
  const server = openDatabase<object>({ url: inject('databaseServerUrl'), schema: 'public', poolSize: 1 })
  const template = `template_${name}`
  const copy = `test_${randomUUID().replaceAll('-', '')}`
  await server.db.connection().execute(async (db) => {
    await sql`SELECT pg_advisory_lock(hashtext(${template}))`.execute(db)
    if (!(await exists(db, template))) {
      const draft = `${template}_${randomUUID().replaceAll('-', '')}`
      await sql`CREATE DATABASE ${sql.id(draft)}`.execute(db)
      await prepare(urlOf(draft))
      await sql`ALTER DATABASE ${sql.id(draft)} RENAME TO ${sql.id(template)}`.execute(db)
    }
    await sql`CREATE DATABASE ${sql.id(copy)} TEMPLATE ${sql.id(template)}`.execute(db)
    await sql`SELECT pg_advisory_unlock(hashtext(${template}))`.execute(db)
  })
  afterAll(async () => {
    await sql`DROP DATABASE ${sql.id(copy)} WITH (FORCE)`.execute(server.db)
    await server.close()
  })
  return urlOf(copy)
}

async function exists(db: Kysely<object>, name: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM pg_database WHERE datname = ${name}`.execute(db)
  return rows.length > 0
}

function urlOf(database: string): string {
  const url = new URL(inject('databaseServerUrl'))
  url.pathname = `/${database}`
  return url.href
}
