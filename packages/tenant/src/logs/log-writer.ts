import { sql, transaction } from '@rollcall/database'
import type { Kysely, Transaction } from '@rollcall/database'
import type { Logger } from '@rollcall/http-kit'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { toStorable } from '../storable.ts'
import { changesToldBy, type ToldChange } from './changes-told-by.ts'
import type { LogEvent } from './log-event.ts'
import { takeLogIds } from './log-ids.ts'

export interface LogWriter {
  /** Takes note of an event; it is in the database moments later. A request never waits for its log entry. */
  write(event: LogEvent): void
  /** Resolves once all that was written is in the database. */
  flush(): Promise<void>
  close(): Promise<void>
}

const delayMs = 50
const largestBatch = 500

/** Gathers events for some milliseconds and stores them together: one statement serves many requests. */
export function openLogWriter({
  db,
  now,
  logger,
}: {
  db: Kysely<TenantSchema>
  now: () => Date
  logger: Logger
}): LogWriter {
  let waiting: { date: Date; event: LogEvent }[] = []
  let timer: NodeJS.Timeout | undefined
  let storing = Promise.resolve()

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // A failure is reported to whoever waited for it; what could not be stored is still waiting.
    storing = storing
      .catch(() => undefined)
      .then(async () => {
        while (waiting.length > 0) {
          const batch = waiting.slice(0, largestBatch)
          await store(db, batch)
          waiting = waiting.slice(batch.length)
        }
      })
    return storing
  }
  const flushLater = () => {
    timer ??= setTimeout(() => {
      flush().catch((error: unknown) => {
        logger.error({ err: error, events: waiting.length }, 'the log could not be written; it is tried again')
        if (waiting.length < 100_000) setTimeout(flushLater, 1000).unref()
      })
    }, delayMs)
  }
  return {
    write: (event) => {
      waiting.push({ date: now(), event })
      if (waiting.length < largestBatch) flushLater()
      else void flush().catch(flushLater)
    },
    flush,
    close: flush,
  }
}

/** Stores entries, and takes note that the changes they tell of have theirs. */
async function store(db: Kysely<TenantSchema>, batch: { date: Date; event: LogEvent }[]): Promise<void> {
  const rows = batch.map(({ date, event: { type, user_id, ...rest } }) => ({
    date: date.toISOString(),
    type,
    user_id: user_id ?? null,
    body: rest as JsonObject, // undefined members fall away in JSON
  }))
  const told = batch.flatMap(({ event }) => changesToldBy(event))
  await transaction(db, async (trx) => {
    const id = await takeLogIds(trx)
    await sql`
      INSERT INTO logs (log_id, date, type, user_id, body)
      SELECT ${id}, row.date, row.type, row.user_id, row.body
      FROM jsonb_to_recordset(${JSON.stringify(toStorable(rows))}::jsonb)
        AS row (date timestamptz, type text, user_id text, body jsonb)`.execute(trx)
    // Changes that are seen here were there before these entries are: whoever reads the entry finds the change.
    if (told.length > 0) await takeAway(trx, told)
  })
}

/** Of a user who is no more an entry about the user tells everything. */
async function takeAway(trx: Transaction<TenantSchema>, told: ToldChange[]): Promise<void> {
  await sql`
    DELETE FROM unlogged_changes c USING jsonb_to_recordset(${JSON.stringify(told)}::jsonb) AS t (what text, id text)
    WHERE c.id = t.id
      AND (c.what = t.what OR (t.what = 'user' AND NOT EXISTS (SELECT FROM users u WHERE u.user_id = c.id)))`.execute(
    trx,
  )
}
