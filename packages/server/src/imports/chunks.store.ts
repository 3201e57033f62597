import { sql, transaction } from '@rollcall/database'
import { largestImportBytes } from '@rollcall/tenant-client'
import type { StoreQueries } from '../store/open-store.ts'
import type { ImportUserTable } from '../store/schema.ts'
import { tellOfImport } from './events.ts'

/** A piece of an import, on its way. */
export interface Chunk {
  importId: string
  chunk: number
  firstPlace: number
  lastPlace: number
  state: 'sending' | 'sent' | 'settled'
  attempts: number
  jobId: string | null
  firstSentAt: Date | null
}

/** Auth0 takes no more at a time, whoever sends them. */
export const mostAtOnce = 2

const columns = sql`c.import_id AS "importId", c.chunk, c.first_place AS "firstPlace", c.last_place AS "lastPlace", c.state, c.attempts, c.job_id AS "jobId", c.first_sent_at AS "firstSentAt"` // prettier-ignore

/** What of a chunk goes on: it is at the tenant, or may be; or its import runs. */
const goesOn = sql`(c.state = 'sent' OR (c.state = 'sending' AND (i.phase = 'running' OR (i.phase = 'cancelled' AND c.attempts > 0))))`

/**
 * The next piece to see to: one that a server left behind, or else the next rows of an import that runs.
 * @param inHand keys of those that this server sees to already
 */
export function takeChunk(
  db: StoreQueries,
  { tenant, inHand }: { tenant: string; inHand: ReadonlySet<string> },
): Promise<Chunk | undefined> {
  return transaction(db, async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`rollcall imports of ${tenant}`}, 0))`.execute(trx)
    const { rows: open } = await sql<Chunk>`SELECT ${columns} FROM import_chunks c JOIN imports i USING (import_id)
      WHERE i.tenant = ${tenant} AND ${goesOn} ORDER BY i.seq, c.chunk`.execute(trx)
    const left = open.find((chunk) => !inHand.has(keyOf(chunk)))
    if (left || open.length >= mostAtOnce) return left
    const { rows: running } = await sql<{ import_id: string }>`
      SELECT import_id FROM imports WHERE tenant = ${tenant} AND phase = 'running' ORDER BY seq`.execute(trx)
    for (const { import_id: importId } of running) {
      const next = await cutChunk(trx, importId)
      if (next) return next
    }
    return undefined
  })
}

export const keyOf = ({ importId, chunk }: Pick<Chunk, 'importId' | 'chunk'>) => `${importId} ${chunk}`

/** What an id of our own adds to a row, and the comma after it. */
const besidesBytes = 45
/** More than fit, however short they are. */
const mostRowsOfChunk = 12_000

/** As many of the next rows as fit into one file. */
async function cutChunk(trx: StoreQueries, importId: string): Promise<Chunk | undefined> {
  const { rows } = await sql<Chunk>`
    WITH last AS (SELECT coalesce(max(last_place), 0) AS place, coalesce(max(chunk), 0) AS chunk FROM import_chunks WHERE import_id = ${importId}), next AS (
      SELECT place, sum(octet_length(content) + ${besidesBytes}) OVER (ORDER BY place) AS bytes FROM (
        SELECT place, content FROM import_users WHERE import_id = ${importId} AND state = 'waiting' AND place > (SELECT place FROM last)
        ORDER BY place LIMIT ${mostRowsOfChunk}) r
    )
    INSERT INTO import_chunks AS c (import_id, chunk, first_place, last_place, users)
    SELECT ${importId}::uuid, (SELECT chunk FROM last) + 1, min(place), max(place), count(*) FROM next WHERE bytes <= ${largestImportBytes - 2} HAVING count(*) > 0
    RETURNING ${columns}`.execute(trx)
  return rows[0]
} // prettier-ignore

export type ChunkUser = Pick<ImportUserTable, 'place' | 'email' | 'username' | 'user_id' | 'new_id' | 'there_id'> & { content: string } // prettier-ignore

export async function readChunkUsers(db: StoreQueries, { importId, firstPlace, lastPlace }: Chunk): Promise<ChunkUser[]> {
  const { rows } = await sql<ChunkUser>`SELECT place, email, username, user_id, new_id, there_id, content FROM import_users
    WHERE import_id = ${importId} AND place BETWEEN ${firstPlace} AND ${lastPlace} AND state = 'waiting' ORDER BY place`.execute(db)
  return rows
} // prettier-ignore

/** Written down before it is sent. @returns undefined when it is not to be sent (any more) */
export async function noteAttempt(db: StoreQueries, { importId, chunk }: Chunk): Promise<Chunk | undefined> {
  const { rows } = await sql<Chunk>`UPDATE import_chunks c SET attempts = attempts + 1, first_sent_at = coalesce(first_sent_at, now())
    FROM imports i WHERE i.import_id = c.import_id AND i.phase = 'running' AND c.import_id = ${importId} AND c.chunk = ${chunk} AND c.state = 'sending'
    RETURNING ${columns}`.execute(db)
  return rows[0]
} // prettier-ignore

/** It cannot have come to the tenant. */
export async function takeAttemptBack(db: StoreQueries, { importId, chunk }: Chunk): Promise<void> {
  await sql`UPDATE import_chunks SET attempts = attempts - 1, first_sent_at = CASE WHEN attempts > 1 THEN first_sent_at END
    WHERE import_id = ${importId} AND chunk = ${chunk} AND state = 'sending'`.execute(db)
}

export async function noteSent(db: StoreQueries, { importId, chunk }: Chunk, jobId: string): Promise<void> {
  await sql`UPDATE import_chunks SET state = 'sent', job_id = ${jobId} WHERE import_id = ${importId} AND chunk = ${chunk} AND state = 'sending'`.execute(db) // prettier-ignore
}

/** The tenant knows nothing of its job any more. */
export async function noteForgotten(db: StoreQueries, { importId, chunk }: Chunk): Promise<void> {
  await sql`UPDATE import_chunks SET state = 'sending', job_id = NULL WHERE import_id = ${importId} AND chunk = ${chunk} AND state = 'sent'`.execute(db) // prettier-ignore
}

export interface RowOutcome {
  place: number
  state: 'failed' | 'unknown' | 'skipped'
  code: string
  message: string
}

export interface Settled {
  /** Of those who were not simply done. */
  troubled: readonly RowOutcome[]
  /** As the tenant counted; undefined: as the directory foresaw. */
  summary: { inserted: number; updated: number } | undefined
}

/** Writes down what became of a piece; what was sent is not kept. @returns false when another server has */
export async function noteSettled(trx: StoreQueries, { importId, chunk, firstPlace, lastPlace }: Chunk, { troubled, summary }: Settled): Promise<boolean> {
  await trx.selectFrom('imports').select('import_id').where('import_id', '=', importId).forUpdate().execute()
  const settled = await sql`UPDATE import_chunks SET state = 'settled' WHERE import_id = ${importId} AND chunk = ${chunk} AND state <> 'settled' RETURNING chunk`.execute(trx)
  if (settled.rows.length === 0) return false
  await sql`
    WITH told AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(troubled)}::jsonb) AS t (place int, state text, code text, message text)
    ), written AS (
      UPDATE import_users u SET content = NULL, state = coalesce(t.state, 'done'), code = t.code, message = t.message
      FROM import_users o LEFT JOIN told t USING (place)
      WHERE o.import_id = ${importId} AND o.place BETWEEN ${firstPlace} AND ${lastPlace} AND o.state = 'waiting' AND u.import_id = o.import_id AND u.place = o.place
      RETURNING u.state, u.there_id
    ), counted AS (
      SELECT count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'unknown') AS unknown, count(*) FILTER (WHERE state = 'skipped') AS skipped,
        count(*) FILTER (WHERE state = 'done' AND there_id IS NULL) AS created FROM written
    )
    UPDATE imports i SET done = i.done + c.done, failed = i.failed + c.failed, unknown = i.unknown + c.unknown, skipped = i.skipped + c.skipped, to_create = i.to_create - c.skipped,
      created = i.created + ${summary ? sql`${summary.inserted}::int` : sql`c.created`}, updated = i.updated + ${summary ? sql`${summary.updated}::int` : sql`c.done - c.created`}
    FROM counted c WHERE i.import_id = ${importId}`.execute(trx)
  await tellOfImport(trx, importId)
  return true
} // prettier-ignore
