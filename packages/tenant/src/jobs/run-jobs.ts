import { sql, transaction } from '@rollcall/database'
import type { Transaction } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { importUsers, logFailedImport } from './import-users.ts'
import type { JobRow } from './jobs.store.ts'
import { sendVerificationEmail } from './verification-email.ts'

export interface JobRunner {
  /** There is something to do. */
  wake(): void
  /** Resolves when this process has nothing under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

const intervalMs = 5000

/**
 * Does the jobs that wait, one at a time, each in one transaction that also says how it ended: a process that dies leaves its job as it was
 * found, for another one or for its own next start, and nothing of it half-done.
 */
export function runJobs(context: TenantContext): JobRunner {
  let working: Promise<void> | undefined
  let isClosed = false
  let isWoken = false
  const work = async () => {
    try {
      // Whoever wakes it while it looks may have come too late for that look: it looks again.
      while (isWoken && !isClosed) {
        isWoken = false
        while (!isClosed && (await doNext(context)));
      }
    } catch (error) {
      context.logger.error({ err: error }, 'a job could not be done; it is tried again')
    } finally {
      working = undefined
    }
  }
  const wake = () => {
    if (isClosed) return
    isWoken = true
    working ??= work()
  }
  // Those of a process that died, and those of others on the same database.
  const timer = setInterval(wake, intervalMs)
  timer.unref()
  wake()
  return {
    wake,
    idle: async () => working,
    close: async () => {
      isClosed = true
      clearInterval(timer)
      await working
    },
  }
}

interface Ending {
  status: 'completed' | 'failed'
  summary?: object
  /** Writes into the log what was done, once it counts. */
  log?: () => void
}

/** @returns whether there was one */
async function doNext(context: TenantContext): Promise<boolean> {
  const ended = await transaction(context.db, async (trx) => {
    const job = await trx
      .selectFrom('jobs')
      .selectAll()
      .where('status', 'in', ['pending', 'processing'])
      .orderBy('created_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!job) return undefined
    await sql`SAVEPOINT work`.execute(trx)
    let ended: Ending
    try {
      ended = await perform(context, trx, job)
    } catch (error) {
      // A fault of ours would come again at each try: the job ends here, and whoever asks is told.
      context.logger.error({ err: error, jobId: job.id }, 'a job failed')
      await sql`ROLLBACK TO SAVEPOINT work`.execute(trx)
      ended = { status: 'failed', ...(job.type === 'users_import' && { log: () => logFailedImport(context, job) }) }
    }
    await trx
      .updateTable('jobs')
      .set({
        status: ended.status,
        summary: ended.summary ? JSON.stringify(ended.summary) : null,
        input: null,
        finished_at: context.now(),
      })
      .where('id', '=', job.id)
      .execute()
    return ended
  })
  ended?.log?.()
  return ended !== undefined
}

async function perform(context: TenantContext, trx: Transaction<TenantSchema>, job: JobRow): Promise<Ending> {
  switch (job.type) {
    case 'users_import':
      return { status: 'completed', ...(await importUsers(context, trx, job)) }
    case 'verification_email':
      return { status: (await sendVerificationEmail(context, trx, job)) ? 'completed' : 'failed' }
    case 'users_export':
      return { status: 'completed' } // written when it is fetched
  }
}
