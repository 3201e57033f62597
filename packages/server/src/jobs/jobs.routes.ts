import {
  ApproveJob,
  JobScheduleChange,
  JobSpeed,
  JobsQuery,
  JobUsersQuery,
  NewJob,
  NewJobSchedule,
  RefuseJob,
  StartJob,
  UndoJob,
  type Job,
} from '@rollcall/contracts/admin-api'
import { parse, Unavailable } from '@rollcall/http-kit'
import { json, Router, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { actorOf, allow } from '../access/actor.ts'
import { only } from '../access/only.ts'
import { fromOf } from '../actions/actions.routes.ts'
import { createJob, undoJob } from './create-job.ts'
import type { JobDeps } from './deps.ts'
import { getJob, getJobDrift, listJobs, listJobUnmatched, listJobUsers } from './read-jobs.ts'
import { changeSchedule, createSchedule, listSchedules, removeSchedule } from './schedules.ts'
import {
  cancelJob,
  decideOnJob,
  pauseJob,
  resumeJob,
  retryJob,
  setJobSpeed,
  startJob,
  type SteerJob,
} from './steer-job.ts'

/** @param jobs undefined: nothing is kept here */
export function jobsRoutes({ guard, jobs }: { guard: RequestHandler; jobs: JobDeps | undefined }): Router {
  const router = Router()
  const body = json({ limit: '256kb', type: () => true })
  const longBody = json({ limit: '16mb', type: () => true }) // a list of a hundred thousand addresses
  const kept = (): JobDeps => {
    if (jobs) return jobs
    throw new Unavailable('store-needed', 'Rollcall has no database here, so it keeps no jobs.')
  }
  const reader = (req: Request) => allow(actorOf(req), 'read:users')

  router
    .route('/jobs')
    .all(only('GET', 'POST'), guard)
    .get(async (req, res) => {
      const actor = reader(req)
      res.json(await listJobs(kept(), actor, parse(JobsQuery, req.query, 'query')))
    })
    .post((req, _res, next) => next(void allow(reader(req), 'manage:jobs')), longBody, async (req, res) => {
      const asked = parse(NewJob, req.body ?? {}, 'body')
      res.status(201).json(await createJob(kept(), { actor: actorOf(req), from: fromOf(req), asked }))
    }) // prettier-ignore

  router
    .route('/jobs/:jobId')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      res.json(await getJob(kept(), reader(req), jobIdOf(req)))
    })

  router
    .route('/jobs/:jobId/users')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const actor = reader(req)
      const query = parse(JobUsersQuery, req.query, 'query')
      res.json(await listJobUsers(kept(), actor, { jobId: jobIdOf(req), query }))
    })

  router
    .route('/jobs/:jobId/unmatched')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      res.json(await listJobUnmatched(kept(), reader(req), jobIdOf(req)))
    })

  router
    .route('/jobs/:jobId/drift')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      res.json(await getJobDrift(kept(), reader(req), jobIdOf(req)))
    })

  const steps: Record<string, (deps: JobDeps, steer: SteerJob, body: unknown) => Promise<Job>> = {
    start: (deps, steer, sent) => startJob(deps, steer, parse(StartJob, sent, 'body').users),
    pause: (deps, steer, sent) => (parse(Nothing, sent, 'body'), pauseJob(deps, steer)),
    resume: (deps, steer, sent) => (parse(Nothing, sent, 'body'), resumeJob(deps, steer)),
    cancel: (deps, steer, sent) => (parse(Nothing, sent, 'body'), cancelJob(deps, steer)),
    retry: (deps, steer, sent) => (parse(Nothing, sent, 'body'), retryJob(deps, steer)),
    speed: (deps, steer, sent) => setJobSpeed(deps, steer, parse(JobSpeed, sent, 'body').speed),
    approve(deps, steer, sent) {
      const { users, comment } = parse(ApproveJob, sent, 'body')
      return decideOnJob(deps, steer, { isGiven: true, users, comment })
    },
    refuse(deps, steer, sent) {
      const { comment } = parse(RefuseJob, sent, 'body')
      return decideOnJob(deps, steer, { isGiven: false, comment })
    },
  }
  for (const [name, step] of Object.entries(steps)) {
    router
      .route(`/jobs/:jobId/${name}`)
      .all(only('POST'), guard)
      .post(body, async (req, res) => {
        const steer = { actor: reader(req), from: fromOf(req), jobId: jobIdOf(req) }
        res.json(await step(kept(), steer, req.body ?? {}))
      })
  }

  router
    .route('/jobs/:jobId/undo')
    .all(only('POST'), guard)
    .post(body, async (req, res) => {
      const { reason } = parse(UndoJob, req.body ?? {}, 'body')
      const call = { actor: reader(req), from: fromOf(req), jobId: jobIdOf(req), reason }
      res.status(201).json(await undoJob(kept(), call))
    })

  router
    .route('/job-schedules')
    .all(only('GET', 'POST'), guard)
    .get(async (req, res) => {
      res.json(await listSchedules(kept(), reader(req)))
    })
    .post(body, async (req, res) => {
      const actor = allow(reader(req), 'manage:jobs')
      const asked = parse(NewJobSchedule, req.body ?? {}, 'body')
      res.status(201).json(await createSchedule(kept(), { actor, from: fromOf(req), asked }))
    })

  router
    .route('/job-schedules/:scheduleId')
    .all(only('PUT', 'DELETE'), guard)
    .put(body, async (req, res) => {
      const actor = allow(reader(req), 'manage:jobs')
      const scheduleId = scheduleIdOf(req)
      const asked = parse(JobScheduleChange, req.body ?? {}, 'body')
      res.json(await changeSchedule(kept(), { actor, from: fromOf(req), scheduleId, asked }))
    })
    .delete(async (req, res) => {
      const actor = allow(reader(req), 'manage:jobs')
      const scheduleId = scheduleIdOf(req)
      await removeSchedule(kept(), { actor, from: fromOf(req), scheduleId })
      res.status(204).end()
    })

  return router
}

const Nothing = z.strictObject({})
const jobIdOf = (req: Request) => parse(z.uuid(), req.params.jobId, 'path.jobId')
const scheduleIdOf = (req: Request) => parse(z.uuid(), req.params.scheduleId, 'path.scheduleId')
