import { randomUUID } from 'node:crypto'
import { openDatabase, sql, type Kysely } from '@rollcall/database'
import { openStore, verifyAudit, type Store } from '@rollcall/server'
import { spreadOf, type Spread } from './compare.ts'

export interface AuditFigures {
  /** Entries a second, read and reckoned anew. */
  verified: Spread
  /** Milliseconds of one append, its commit included. */
  appended: Spread
  /** Milliseconds of one INSERT of the same text into a table with nothing but a key, its commit included. */
  inserted: Spread
  appendToInsert: Spread
}

const appends = 400

/**
 * What the audit log costs when it holds so many entries, with every index: verifying all of it, and adding one more.
 * @param serverUrl of a PostgreSQL whose superuser we are
 */
export async function measureAuditLog(
  serverUrl: string,
  { entries, rounds }: { entries: number; rounds: number },
): Promise<AuditFigures> {
  const server = openDatabase<object>({ url: serverUrl, schema: 'public', poolSize: 1 })
  const name = `bench_audit_${randomUUID().replaceAll('-', '')}`
  await sql`CREATE DATABASE ${sql.id(name)}`.execute(server.db)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  try {
    const store = await openStore(url.href)
    const root = openDatabase<object>({ url: url.href, schema: 'rollcall', poolSize: 1 })
    try {
      await fillLog(root.db, entries)
      return await measure(store, root.db, { entries, rounds })
    } finally {
      await root.close()
      await store.close()
    }
  } finally {
    await sql`DROP DATABASE ${sql.id(name)} WITH (FORCE)`.execute(server.db)
    await server.close()
  }
}

async function measure(store: Store, root: Kysely<object>, { entries, rounds }: { entries: number; rounds: number }) {
  await sql`CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry json)`.execute(root)
  const verified: number[] = []
  const appended: number[] = []
  const inserted: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { faults, entriesPerSecond, entries: read } = await verifyAudit(store)
    if (faults.length > 0 || read < entries) throw new Error(`The log does not verify: ${JSON.stringify(faults[0])}`)
    verified.push(entriesPerSecond)
    const ours = await medianOf(appends, () => sql`SELECT append_audit(${entryOf()})`.execute(store.db))
    const theirs = await medianOf(appends, () =>
      sql`INSERT INTO bare (entry) VALUES (${entryOf()}::json)`.execute(root),
    )
    appended.push(ours)
    inserted.push(theirs)
    ratios.push(ours / theirs)
  }
  return {
    verified: spreadOf(verified),
    appended: spreadOf(appended),
    inserted: spreadOf(inserted),
    appendToInsert: spreadOf(ratios),
  }
}

async function medianOf(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now()
    await work()
    taken.push(performance.now() - startedAt)
  }
  return spreadOf(taken).median
}

/** As actions write them: about 600 bytes, of one of a million users, by one of fifty people. */
const entryOf = () =>
  JSON.stringify({
    action: 'user.edit',
    phase: 'done',
    actorId: `auth0|staff${Math.floor(Math.random() * 50)}`,
    actorKind: 'person',
    subjectId: `auth0|${Math.floor(Math.random() * 1e6).toString(16).padStart(24, '0')}`,
    reason: Math.random() < 0.5 ? null : `Asked for by phone, ticket ${Math.floor(Math.random() * 1e6)}`,
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    requestId: randomUUID(),
    runId: randomUUID(),
    undoOf: null,
    tenant: 'https://example.eu.auth0.com',
    changes: [{ field: 'name', before: 'Ada', after: 'Ada Lovelace' }],
    answer: null,
    settledAtStart: false,
  }) // prettier-ignore

/** The same entries by the same reckoning as `append_audit`, but many to a commit, and indexed at the end. */
async function fillLog(root: Kysely<object>, entries: number): Promise<void> {
  const { rows: indexes } = await sql<{ name: string; definition: string }>`
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index WHERE indrelid = 'audit_log'::regclass AND NOT indisprimary`.execute(root)
  for (const { name } of indexes) await sql.raw(`DROP INDEX ${name}`).execute(root)
  const sample = JSON.stringify({ ...JSON.parse(entryOf()), reason: 'Asked for by phone, ticket' })
  await sql
    .raw(
      `DO $fill$
    DECLARE
      chain bytea := (SELECT hash FROM audit_head);
      moment timestamptz(3) := '2026-01-01';
      line text;
    BEGIN
      FOR n IN 1..${entries} LOOP
        moment := moment + interval '1 second';
        line := replace(replace(replace('${sample}', 'auth0|000000', 'auth0|' || lpad(to_hex((n * 7919::bigint) % 1000000), 6, '0')),
          'staff', 'staff' || n % 50), 'ticket', 'ticket ' || n);
        chain := sha256(convert_to(concat_ws(' ', encode(chain, 'hex'), n, round(extract(epoch FROM moment) * 1000), line), 'UTF8'));
        INSERT INTO audit_log (seq, at, entry, hash) VALUES (n, moment, line::json, chain);
      END LOOP;
      UPDATE audit_head SET seq = ${entries}, at = moment, hash = chain;
    END $fill$`,
    )
    .execute(root)
  for (const { definition } of indexes) await sql.raw(definition).execute(root)
  await sql`VACUUM ANALYZE audit_log`.execute(root)
}
