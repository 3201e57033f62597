import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
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

test('with a single connection whoever waits gets it in turn, and it is let go at the end', async () => {
  const narrow = openDatabase<Schema>({ url, schema: database.schema, poolSize: 1 })
  const asked = Array.from({ length: 20 }, (_, number) => sql<{ number: number }>`SELECT ${number}::int AS number`.execute(narrow.db)) // prettier-ignore
  const inside = transaction(narrow.db, async (trx) => (await sql<{ number: number }>`SELECT 20 AS number`.execute(trx)).rows) // prettier-ignore
  const copied = narrow.copyCsv(sql`SELECT 21 AS number`).then(text)
  const answers = await Promise.all(asked)
  expect(answers.map(({ rows }) => rows[0]?.number)).toEqual(asked.map((_, number) => number))
  expect([await inside, await copied]).toEqual([[{ number: 20 }], 'number\n21\n'])
  await narrow.close()
  await expect(sql`SELECT 1`.execute(narrow.db)).rejects.toThrow()
})

test('a statement that was asked before is answered in the same words and kinds, after a failure too', async () => {
  const ask = (number: number, from: unknown) =>
    sql`SELECT ${number}::int AS number, ${from}::timestamptz AS moment, NULL AS nothing, n FROM generate_series(1, ${number}) n`
      .execute(database.db)
      .then(({ rows }) => rows)
  const moment = new Date('2026-01-02T03:04:05.678Z')
  const row = (number: number, n: number) => ({ number, moment, nothing: null, n })
  expect(await ask(1, moment)).toEqual([row(1, 1)])
  expect(await ask(2, moment)).toEqual([row(2, 1), row(2, 2)])
  expect(await ask(0, moment)).toEqual([])
  await expect(ask(1, 'no moment')).rejects.toThrow('invalid input syntax')
  expect(await ask(1, moment)).toEqual([row(1, 1)])
})

test('what a statement changes is counted', async () => {
  await up()
  const changed: unknown[] = []
  for (const id of [1, 2]) changed.push(await database.db.insertInto('people').values({ id, name: 'a' }).executeTakeFirst()) // prettier-ignore
  changed.push(await database.db.updateTable('people').set({ name: 'b' }).where('name', '=', 'a').executeTakeFirst())
  changed.push(await database.db.deleteFrom('people').where('id', '<', 9).executeTakeFirst())
  expect(changed).toMatchObject([
    { numInsertedOrUpdatedRows: 1n },
    { numInsertedOrUpdatedRows: 1n },
    { numUpdatedRows: 2n },
    { numDeletedRows: 2n },
  ])
})

test('pieces of SQL within others come together as one statement', () => {
  const inner = sql`${sql.ref('p.name')} = ${"it's"} OR ${sql.join([sql`p.id = ${1}`, sql.lit('x"')], sql` OR `)}`
  const query = sql`SELECT ${sql.raw('1')} FROM ${sql.table('people')} p WHERE ${inner} AND id = ANY (${[1, 2]})`
  const { sql: statement, parameters } = query.compile(database.db)
  expect(statement).toBe(`SELECT 1 FROM "people" p WHERE "p"."name" = $1 OR p.id = $2 OR 'x"' AND id = ANY ($3)`)
  expect(parameters).toEqual(["it's", 1, [1, 2]])
  const within = database.db
    .selectFrom('people')
    .select('id')
    .where(sql<boolean>`id > ${3}`)
  expect(sql`SELECT ${4}, (${within})`.compile(database.db)).toMatchObject({
    sql: 'SELECT $1, ((select "id" from "people" where id > $2))',
    parameters: [4, 3],
  })
})

test('CSV may have names longer than those of columns, and whoever leaves it ends the query', async () => {
  const name = `app_metadata.${'é'.repeat(60)},"x"`
  const csv = await database.copyCsv(sql`SELECT n, 'a,b' FROM generate_series(1, 2) n`, ['n', name])
  expect(await text(csv)).toBe(`n,"${name.replaceAll('"', '""')}"\n1,"a,b"\n2,"a,b"\n`)
  const endless = await database.copyCsv(sql`SELECT n FROM generate_series(1, 10000) n, generate_series(1, 100000) m`, [
    'n',
  ])
  endless.destroy()
  const running = sql<{ running: number }>`SELECT count(*)::int AS running FROM pg_stat_activity
    WHERE application_name = ${`rollcall ${database.schema}`} AND query LIKE 'COPY%' AND state = 'active'`
  await expect.poll(async () => (await running.execute(database.db)).rows).toEqual([{ running: 0 }])
  const failing = await database.copyCsv(sql`SELECT 1 / (n - 5) FROM generate_series(1, 9) n`, ['n'])
  await expect(text(failing)).rejects.toThrow('division by zero')
})
