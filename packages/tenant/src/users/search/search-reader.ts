import { openDatabase, sql, transaction } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import type { Logger } from '@rollcall/http-kit'
import { ManagementError } from '../../management/management-error.ts'
import type { TenantSchema } from '../../schema.ts'

/** What Auth0's search does beside finding, for clients that are to be tested against it. All off by default. */
export interface SearchSettings {
  /** How far the list of users lags behind what was written (Auth0: "eventually consistent"), in milliseconds. */
  lagMs?: number | undefined
  /** How many users can be paged through; Auth0's is 1,000. */
  cap?: number | undefined
  /** After how long a search is given up; Auth0's is two seconds, in milliseconds. */
  timeoutMs?: number | undefined
}

export interface SearchReader {
  cap: number | undefined
  /** Reads as the settings say: as of some time ago, and for so long. @throws ManagementError 503 */
  read<Result>(work: (db: Kysely<TenantSchema>) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export function openSearchReader({
  db,
  databaseUrl,
  settings: { lagMs = 0, cap, timeoutMs },
  logger,
}: {
  db: Kysely<TenantSchema>
  databaseUrl: string
  settings: SearchSettings
  logger: Logger
}): SearchReader {
  const past = lagMs > 0 ? openPast({ databaseUrl, lagMs, logger }) : undefined
  return {
    cap,
    read: async (work) => {
      try {
        if (past) return await past.read((trx) => limited(trx, timeoutMs, work))
        return timeoutMs === undefined ? await work(db) : await limited(db, timeoutMs, work)
      } catch (error) {
        const isCancelled = error instanceof Error && 'code' in error && error.code === '57014' // query_canceled
        if (!isCancelled) throw error
        throw Object.assign(
          new ManagementError(
            503,
            'The query exceeded the timeout. Please try refining your search criteria. See https://auth0.com/docs/best-practices/search-best-practices',
          ),
          { cause: error },
        )
      }
    },
    close: async () => past?.close(),
  }
}

function limited<Result>(
  db: Kysely<TenantSchema>,
  timeoutMs: number | undefined,
  work: (db: Kysely<TenantSchema>) => Promise<Result>,
): Promise<Result> {
  return transaction(db, async (trx) => {
    if (timeoutMs !== undefined)
      await sql`SELECT set_config('statement_timeout', ${String(timeoutMs)}, true)`.execute(trx)
    return work(trx)
  })
}

interface Moment {
  takenAt: number
  db: Kysely<TenantSchema>
  end(): Promise<void>
}

const steps = 4

/**
 * The database as it was some time ago: transactions that were begun then and have been kept open since. PostgreSQL shows each of them the rows of
 * its beginning, whatever was written later; nothing has to be remembered by us.
 */
function openPast({ databaseUrl, lagMs, logger }: { databaseUrl: string; lagMs: number; logger: Logger }) {
  const database = openDatabase<TenantSchema>({ url: databaseUrl, schema: 'tenant', poolSize: steps + 4 })
  let moments: Moment[] = []
  let isClosed = false
  let busy: Promise<unknown> = Promise.resolve()

  const begin = async (): Promise<Moment> => {
    const trx = await database.db.startTransaction().setIsolationLevel('repeatable read').execute()
    await sql`SELECT count(*) FROM user_count`.execute(trx) // the first statement is what takes the snapshot
    return { takenAt: performance.now(), db: trx, end: async () => void (await trx.rollback().execute()) }
  }
  const move = async () => {
    if (isClosed) return
    moments.push(await begin())
    const cut = performance.now() - lagMs
    // The youngest that is old enough is the one to read from; those before it have served.
    const current = moments.findLastIndex(({ takenAt }) => takenAt <= cut)
    const served = moments.splice(0, Math.max(0, current))
    for (const moment of served) await moment.end()
  }
  const turn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = busy.then(work)
    busy = done.catch(() => undefined) // whoever asked is told
    return done
  }
  let isMoving = false
  const timer = setInterval(() => {
    // On a busy machine a step may take longer than the time between two: they must not queue up before those who read.
    if (isMoving) return
    isMoving = true
    turn(move)
      .catch((error: unknown) => logger.error({ err: error }, 'the lagging search could not move on'))
      .finally(() => (isMoving = false))
  }, lagMs / steps)
  timer.unref()
  const first = turn(move)

  return {
    /** One read at a time: they share a transaction. */
    read: async <Result>(work: (db: Kysely<TenantSchema>) => Promise<Result>): Promise<Result> => {
      await first
      return turn(async () => {
        const [oldest] = moments
        if (!oldest) throw new Error('There is no moment to read from.')
        await sql`SAVEPOINT reading`.execute(oldest.db)
        try {
          return await work(oldest.db)
        } finally {
          await sql`ROLLBACK TO SAVEPOINT reading`.execute(oldest.db)
        }
      })
    },
    close: async () => {
      isClosed = true
      clearInterval(timer)
      await busy
      for (const moment of moments) await moment.end()
      moments = []
      await database.close()
    },
  }
}
