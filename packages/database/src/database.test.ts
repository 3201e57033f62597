import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { testDatabase } from '@rollcall/test-kit'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { copyLine, migrate, openDatabase, sql, transaction } from './index.ts'
import type { Database } from './index.ts'

interface Schema {
  people: { id: number; name: string | null }
}

let url: string
let database: Database<Schema>
let folder: string
beforeAll(async () => {
  url = await testDatabase({ name: 'empty', prepare: async () => undefined })
})
beforeEach(async () => {
  database = openDatabase<Schema>({ url, schema: `s${crypto.randomUUID().replaceAll('-', '')}` })
  folder = await mkdtemp(join(tmpdir(), 'rollcall-migrations-'))
  await writeFile(join(folder, '0001-people.sql'), 'CREATE TABLE people (id int PRIMARY KEY, name text);')
  return async () => {
    await database.close()
    await rm(folder, { recursive: true })
  }
})

const up = (target = database) =>
  migrate(target.db as never, { schema: target.schema, folder: pathToFileURL(`${folder}/`) })

test('a migration is applied once', async () => {
  expect(await up()).toEqual(['0001-people.sql'])
  expect(await up()).toEqual([])
  await writeFile(join(folder, '0002-more.sql'), 'ALTER TABLE people ADD age int;')
  expect(await up()).toEqual(['0002-more.sql'])
})

test('of two processes that migrate at once, one does and the other finds nothing to do', async () => {
  const other = openDatabase<Schema>({ url, schema: database.schema })
  const applied = await Promise.all([up(), up(other)])
  expect(applied.flat()).toEqual(['0001-people.sql'])
  await other.close()
})

test('a migration that fails leaves nothing behind', async () => {
  await writeFile(join(folder, '0002-broken.sql'), 'CREATE TABLE half (id int); SELECT nonsense;')
  await expect(up()).rejects.toThrow()
  const { rows } = await sql`SELECT to_regclass('half') AS half`.execute(database.db)
  expect(rows).toEqual([{ half: null }])
})

test('an applied migration that was edited is refused', async () => {
  await up()
  await writeFile(join(folder, '0001-people.sql'), 'CREATE TABLE people (id bigint PRIMARY KEY);')
  await expect(up()).rejects.toThrow('0001-people.sql was changed')
})

test('a database newer than the program is refused', async () => {
  await writeFile(join(folder, '0002-future.sql'), 'SELECT 1;')
  await up()
  await rm(join(folder, '0002-future.sql'))
  await expect(up()).rejects.toThrow('newer than this program')
})

test('copied rows arrive as they were, control characters and all', async () => {
  await up()
  const names = ['plain', 'tab\there', 'line\nbreak', 'back\\slash', '\\N', null, '']
  expect(
    await database.copyInto(
      'people',
      ['id', 'name'],
      names.map((name, id) => copyLine([id, name])),
    ),
  ).toBe(names.length)
  const rows = await database.db.selectFrom('people').selectAll().orderBy('id').execute()
  expect(rows.map((row) => row.name)).toEqual(names)
})

test('a transaction is all or nothing', async () => {
  await up()
  const failed = transaction(database.db, async (trx) => {
    await trx.insertInto('people').values({ id: 1, name: 'a' }).execute()
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await database.db.selectFrom('people').selectAll().execute()).toEqual([])
})

test('a connection that is cut does not end the program, and the next query works', async () => {
  await sql`SELECT 1`.execute(database.db)
  const killer = openDatabase<object>({ url, schema: 'public' })
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${`rollcall ${database.schema}`}`.execute(
    killer.db,
  )
  await killer.close()
  await expect
    .poll(() =>
      sql`SELECT 1 AS one`.execute(database.db).then(
        ({ rows }) => rows,
        () => [],
      ),
    )
    .toEqual([{ one: 1 }])
})

test('a connection that breaks in the middle of a query rejects that query, and no more', async () => {
  const inTrouble = sql`SELECT pg_sleep(20)`.execute(database.db)
  const refused = expect(inTrouble).rejects.toThrow()
  const other = openDatabase<object>({ url, schema: 'public' })
  const cut = sql<{ cut: boolean }>`SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity
    WHERE application_name = ${`rollcall ${database.schema}`} AND wait_event = 'PgSleep'`
  await expect.poll(async () => (await cut.execute(other.db)).rows.length).toBe(1)
  await refused
  await other.close()
  expect((await sql`SELECT 1 AS one`.execute(database.db)).rows).toEqual([{ one: 1 }])
})
