import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, transaction } from '@rollcall/database'
import type { Pace } from '@rollcall/tenant-client'
import { appendAudit } from '../audit/audit.store.ts'
import { problemNow } from '../store/problem-now.ts'
import { auditJob } from './audit-job.ts'
import { matchingUsers } from './choose-users.ts'
import type { JobDeps } from './deps.ts'
import { doOne, keyOf } from './do-one.ts'
import { holdUsers, noteOutcomes, type Outcome } from './job-users.store.ts'
import { changeJob, giveBack, noteWorker, takeBack, workerLivesMs, type JobRow } from './jobs.store.ts'
import { planNext } from './plan-job.ts'
import { actionOfJob } from './present-job.ts'
import { planScheduled } from './schedules.ts'
import type { HeldUser, Turn } from './turn.ts'
import type { Wake } from '../wake.ts'

/** How many users at a time, at most, of all jobs together. */
const mostAtOnce = 48
/** Users for each request beside the first that may be under way, where no limit holds them back: while some are written down, others are at the tenant. */
const usersForRequest = 3
const flushMs = 150
const limitHoldMs = 1000
const idleMs = 1000

/** Plans and does what is to be done, as one of any number of servers, until the signal is aborted; what it has in hand is finished first. */
export async function workOnJobs(deps: JobDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  const worker = randomUUID()
  const { store, logger } = deps
  const keepAt = async (name: string, pauseMs: number, work: () => Promise<boolean>) => {
    while (!signal.aborted) {
      let isBusy = false
      try {
        isBusy = await work()
      } catch (error) {
        logger.error({ err: error, name }, 'jobs are not worked on just now')
      }
      if (!isBusy) await wake.sleep(pauseMs, signal)
    }
  }
  await Promise.all([
    keepAt('heartbeat', workerLivesMs / 3, async () => {
      await noteWorker(store.db, worker)
      await takeBack(store.db)
      await lapse(deps)
      await planScheduled(deps)
      return sleep(workerLivesMs / 3, true, { signal }).catch(() => false) // woken for nobody
    }),
    keepAt('planning', idleMs, () => planNext(deps, worker, signal)),
    doJobs(deps, { worker, wake, signal }),
  ])
  await giveBack(store.db, worker).catch(() => undefined) // or it is taken for dead soon
}

/** What nobody has approved or started in time. */
async function lapse({ store, tenant }: JobDeps): Promise<void> {
  const lapsed = await store.db
    .selectFrom('jobs')
    .select(['job_id', 'phase'])
    .where('tenant', '=', tenant.origin)
    .where((job) =>
      job.or([
        job.and([job('phase', '=', 'waiting-for-approval'), sql<boolean>`(approval->>'until')::timestamptz < now()`]),
        job.and([job('phase', '=', 'planned'), sql<boolean>`planned_at < now() - interval '30 days'`]),
      ]),
    )
    .execute()
  for (const { job_id: jobId, phase } of lapsed) {
    const problem = problemNow({ code: 'lapsed', message: phase === 'planned' ? 'Nobody has started it for 30 days.' : 'Nobody has approved it in time.' }) // prettier-ignore
    await transaction(store.db, async (trx) => {
      const change = { phase: 'cancelled', ended_at: sql<Date>`now()`, problem } as const
      const job = await changeJob(trx, { jobId, from: [phase] }, change)
      if (job) await appendAudit(trx, auditJob(job, 'job.lapse'))
    })
  }
}

/** A job that this server does a part of. */
interface OpenJob {
  job: JobRow
  pace: Pace
  outcomes: Outcome[]
  inHand: number
}

async function doJobs(deps: JobDeps, { worker, wake, signal }: { worker: string; wake: Wake; signal: AbortSignal }): Promise<void> {
  const { store, logger, tenant } = deps
  const open = new Map<string, OpenJob>()
  const inHand = new Set<Promise<void>>()
  let heldUntil = 0
  let standstills = 0
  let readAt = 0

  const flush = async () => {
    for (const [jobId, one] of open) {
      const outcomes = one.outcomes.splice(0)
      if (outcomes.length === 0) continue
      try {
        await noteOutcomes(store.db, { jobId, worker, outcomes })
      } catch (error) {
        one.outcomes.unshift(...outcomes) // the database is away: they are kept, or found again under their keys
        logger.warn({ err: error, jobId }, 'what a job has done could not be written down yet')
        await sleep(idleMs)
      }
    }
  }
  let flushing = Promise.resolve()
  let isFlushPlanned = false
  const planFlush = () => {
    if (isFlushPlanned) return
    isFlushPlanned = true
    flushing = flushing.then(flushSoon)
  }
  const flushSoon = async () => {
    await sleep(flushMs)
    isFlushPlanned = false // what comes from here on may come too late for this one
    await flush()
    // The database was away, and it may be that nobody’s turn comes any more who would have this done again.
    if (!signal.aborted && [...open.values()].some(({ outcomes }) => outcomes.length > 0)) planFlush()
  }
  const hold = (turn: Turn) => {
    if (turn.state === 'waiting' && turn.standsStill) {
      // Of those who were under way together, the first says it for all. A limit is over soon, and the pace knows when; an outage may last.
      if (performance.now() < heldUntil) return
      const isLimit = turn.problem.code === 'tenant-rate-limited'
      if (!isLimit) standstills += 1
      heldUntil = performance.now() + (isLimit ? limitHoldMs : Math.min(250 * 2 ** standstills, 30_000))
    } else if (turn.state !== 'waiting') standstills = 0
  }
  const noteTurn = (one: OpenJob, user: HeldUser, turn: Turn) => {
    one.outcomes.push({ user, turn })
    one.inHand -= 1
    hold(turn)
    planFlush()
  }

  const readOpen = async () => {
    const jobs = await store.db.selectFrom('jobs').selectAll().where('tenant', '=', tenant.origin).where('phase', '=', 'running').orderBy('seq').execute()
    for (const job of jobs) {
      const known = open.get(job.job_id)
      if (!known) open.set(job.job_id, { job, pace: tenant.openPace({ percent: job.speed }), outcomes: [], inHand: 0 })
      else {
        known.job = job
        if (known.pace.percent !== job.speed) known.pace.percent = job.speed
      }
    }
    for (const [jobId, one] of open) {
      if (one.inHand === 0 && one.outcomes.length === 0 && jobs.every((job) => job.job_id !== jobId)) open.delete(jobId)
    }
    readAt = performance.now()
  }

  /** @returns whether anybody's turn has come */
  const takeSome = async (): Promise<boolean> => {
    if (wake.takeNews() || performance.now() - readAt > idleMs) await readOpen()
    const isHeld = performance.now() < heldUntil
    for (const [jobId, one] of open) {
      // After a standstill one tries whether it is over, and the others wait for that.
      const atOnce = standstills > 0 ? 1 : usersAtOnce(one.pace)
      const free = isHeld ? 0 : Math.min(atOnce - one.inHand, mostAtOnce - inHand.size)
      if (free < Math.ceil(atOnce / 2)) continue
      const users = await holdUsers(store.db, { jobId, worker, limit: free })
      if (users.length === 0) continue
      // Next time the next job has its turn.
      open.delete(jobId)
      open.set(jobId, one)
      one.inHand += users.length
      const gone = await whoNoLongerMatches(deps, one.job, users)
      for (const user of users) {
        const turn = gone.has(user.userId) ? Promise.resolve<Turn>(noLongerMatches) : doTurn(paced(deps, one.pace), one.job, user)
        const done = turn.then((told) => noteTurn(one, user, told)).finally(() => inHand.delete(done))
        inHand.add(done)
      }
      return true
    }
    return false
  }

  while (!signal.aborted) {
    let isBusy = false
    try {
      isBusy = await takeSome()
    } catch (error) {
      logger.error({ err: error }, 'a job’s next users could not be taken')
      await sleep(idleMs)
    }
    if (!isBusy) await Promise.race([...inHand, wake.sleep(Math.max(50, Math.min(idleMs, heldUntil - performance.now() || idleMs)), signal)])
  }
  await Promise.all(inHand)
  await flushing
  await flush()
} // prettier-ignore

function usersAtOnce(pace: Pace): number {
  const requests = pace.concurrency()
  // Where one is asked after the other nothing comes together, and whoever is in hand would only wait.
  return pace.requestsPerSecond() === null ? Math.max(1, (requests - 1) * usersForRequest) : requests
}

/** So that people keep their share of the tenant's limits. */
const paced = (deps: JobDeps, { tenant }: Pace): JobDeps => ({ ...deps, tenant: { ...deps.tenant, ...tenant } })

function doTurn(deps: JobDeps, job: JobRow, user: HeldUser): Promise<Turn> {
  const action = actionOfJob(job)
  return doOne(deps, { job, action, params: action.params.parse(job.params), user })
}

const noLongerMatches: Turn = {
  state: 'excluded',
  problem: { code: 'no-longer-matches', message: 'They no longer match what was asked for, or are gone.' },
  runId: null,
}

/** Of those whose turn comes for the first time, and who have not been begun with by a server that died. */
async function whoNoLongerMatches({ store, bin, fields }: JobDeps, job: JobRow, users: readonly HeldUser[]): Promise<Set<string>> {
  const { selection } = job
  const fresh = users.filter(({ attempt }) => attempt === 0)
  if (selection.kind !== 'filter' || fresh.length === 0) return new Set()
  const { tables, condition } = await matchingUsers({ filter: selection.filter, bin, fields, now: new Date() })
  const ids = fresh.map(({ userId }) => userId)
  const { rows } = await sql<{ user_id: string }>`
    SELECT u.user_id FROM ${tables} WHERE ${condition} AND u.user_id = ANY (${ids}::text[])
    UNION ALL SELECT user_id FROM action_runs WHERE actor_id = ${job.actor_id} AND idempotency_key = ANY (${fresh.map((user) => keyOf(job, user))}::text[])`.execute(store.db)
  const stay = new Set(rows.map((row) => row.user_id))
  return new Set(ids.filter((id) => !stay.has(id)))
} // prettier-ignore
