import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import {
  ApproveJob,
  Job,
  JobDrift,
  JobPage,
  JobSchedule,
  JobScheduleChange,
  JobScheduleList,
  JobSpeed,
  JobsQuery,
  JobUnmatched,
  JobUserPage,
  JobUsersQuery,
  NewJob,
  NewJobSchedule,
  RefuseJob,
  StartJob,
  UndoJob,
} from './jobs.ts'
import type { OpenApiTools } from './openapi-tools.ts'

/** The paths of jobs: one action, done to many users. */
export function describeJobs(registry: OpenAPIRegistry, { security, answered, refused, bodyOf }: OpenApiTools): void {
  const tags = ['Jobs']
  const onJob = z.object({ jobId: z.uuid() })
  const seeing = 'Needs `read:users`; of others’ jobs, `read:audit` or `approve:actions` as well.'

  registry.registerPath({
    method: 'get',
    path: '/api/jobs',
    operationId: 'listJobs',
    summary: 'List jobs',
    description: seeing,
    tags,
    security,
    request: { query: JobsQuery },
    responses: { ...answered('One page.', JobPage), ...refused(400, 401, 403, 503) },
  })
  registry.registerPath({
    method: 'post',
    path: '/api/jobs',
    operationId: 'createJob',
    summary: 'Plan to do an action to many users',
    description:
      'Needs `read:users`, `manage:jobs` and what the action needs. Changes no user: the selection is looked at in the background, and the job then waits to be started. A filter needs the directory.',
    tags,
    security,
    request: bodyOf(NewJob),
    responses: {
      201: { description: 'The job, being planned.', content: { 'application/json': { schema: Job } } },
      ...refused(400, 401, 403, 404, 409, 503),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/jobs/{jobId}',
    operationId: 'getJob',
    summary: 'Get one job, its plan and how far it is',
    description: seeing,
    tags,
    security,
    request: { params: onJob },
    responses: { ...answered('The job.', Job), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/jobs/{jobId}/users',
    operationId: 'listJobUsers',
    summary: 'How it went for each user',
    description: seeing,
    tags,
    security,
    request: { params: onJob, query: JobUsersQuery },
    responses: { ...answered('One page, in the order of the job.', JobUserPage), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/jobs/{jobId}/unmatched',
    operationId: 'listJobUnmatched',
    summary: 'What of the list is nobody, or not one person alone',
    description: seeing,
    tags,
    security,
    request: { params: onJob },
    responses: { ...answered('In the order of the list.', JobUnmatched), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/jobs/{jobId}/drift',
    operationId: 'getJobDrift',
    summary: 'What has changed since the dry run',
    description: `${seeing} Whoever approves something looks at this first.`,
    tags,
    security,
    request: { params: onJob },
    responses: { ...answered('Among those who wait.', JobDrift), ...refused(400, 401, 403, 404, 409, 503) },
  })
  const own = 'Needs what creating it needed, and that it is one’s own.'
  const steps = [
    { path: 'start', summary: 'Start it', body: StartJob, more: `${own} Where policy wants a second person, it waits for them then.` },
    { path: 'pause', summary: 'Pause it', more: 'Who is under way is finished. Needs `manage:jobs`.' },
    { path: 'resume', summary: 'Go on with it', more: own },
    { path: 'cancel', summary: 'End it, whoever still waits', more: 'What is done stays done. Needs `manage:jobs`.' },
    { path: 'retry', summary: 'Try those again who failed', more: own },
    { path: 'speed', summary: 'Go faster or slower', body: JobSpeed, more: 'Needs `manage:jobs`.' },
    { path: 'approve', summary: 'Let somebody else’s job begin', body: ApproveJob, more: 'Needs `approve:actions`. Nobody approves what they asked for.' },
    { path: 'refuse', summary: 'Let it not begin', body: RefuseJob, more: 'Needs `approve:actions`.' },
  ] as const // prettier-ignore
  for (const { path, summary, more, ...step } of steps) {
    registry.registerPath({
      method: 'post',
      path: `/api/jobs/{jobId}/${path}`,
      operationId: `${path}Job`,
      summary,
      description: `${more} Recorded in the audit log.`,
      tags,
      security,
      request: { params: onJob, ...('body' in step && bodyOf(step.body)) },
      responses: { ...answered('The job.', Job), ...refused(400, 401, 403, 404, 409, 503) },
    })
  }
  registry.registerPath({
    method: 'post',
    path: '/api/jobs/{jobId}/undo',
    operationId: 'undoJob',
    summary: 'Plan to put back what a job has changed',
    description: 'Needs `manage:jobs` and what the opposite action needs. Makes a job of its own, with a dry run.',
    tags,
    security,
    request: { params: onJob, ...bodyOf(UndoJob) },
    responses: {
      201: { description: 'The job that undoes it, being planned.', content: { 'application/json': { schema: Job } } },
      ...refused(400, 401, 403, 404, 409, 503),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/job-schedules',
    operationId: 'listJobSchedules',
    summary: 'Dry runs that are made again and again',
    description: seeing,
    tags,
    security,
    responses: { ...answered('By name.', JobScheduleList), ...refused(401, 403, 503) },
  })
  registry.registerPath({
    method: 'post',
    path: '/api/job-schedules',
    operationId: 'createJobSchedule',
    summary: 'Have a job planned again and again',
    description:
      'Needs what creating such a job needs. Each dry run waits for whoever made the schedule to start it; the next one takes its place.',
    tags,
    security,
    request: bodyOf(NewJobSchedule),
    responses: {
      201: { description: 'The schedule.', content: { 'application/json': { schema: JobSchedule } } },
      ...refused(400, 401, 403, 404, 409, 503),
    },
  })
  registry.registerPath({
    method: 'put',
    path: '/api/job-schedules/{scheduleId}',
    operationId: 'changeJobSchedule',
    summary: 'Pause a schedule, let it go on, or change how often it is',
    description:
      'Needs `manage:jobs`. Whoever sees it may pause it; the rest is for whoever made it and may still do what it is about, since its dry runs are made in their name.',
    tags,
    security,
    request: { params: z.object({ scheduleId: z.uuid() }), ...bodyOf(JobScheduleChange) },
    responses: { ...answered('The schedule.', JobSchedule), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'delete',
    path: '/api/job-schedules/{scheduleId}',
    operationId: 'deleteJobSchedule',
    summary: 'End a schedule',
    description: 'Needs `manage:jobs`. The jobs that it had planned stay.',
    tags,
    security,
    request: { params: z.object({ scheduleId: z.uuid() }) },
    responses: { 204: { description: 'It is gone.' }, ...refused(400, 401, 403, 404, 503) },
  })
}
