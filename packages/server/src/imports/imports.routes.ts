import {
  ImportPlan,
  ImportReportQuery,
  ImportRowsQuery,
  ImportsQuery,
  NewImportQuery,
  StartImport,
  type UserImport,
} from '@rollcall/contracts/admin-api'
import { parse, Unavailable } from '@rollcall/http-kit'
import { json, Router, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { actorOf, allow } from '../access/actor.ts'
import { only } from '../access/only.ts'
import { fromOf } from '../actions/actions.routes.ts'
import { sendExports } from '../send-exports.ts'
import { checkMode } from './check-mode.ts'
import type { ImportDeps } from './deps.ts'
import { getImport, listImportRows, listImports, openReport } from './read-imports.ts'
import { cancelImport, pauseImport, planImport, resumeImport, startImport, type SteerImport } from './steer-import.ts'
import { listDatabases, uploadImport } from './upload-import.ts'

const mostReports = 2

/** @param imports undefined: nothing is kept here */
export function importsRoutes({ guard, imports }: { guard: RequestHandler; imports: ImportDeps | undefined }): Router {
  const router = Router()
  const body = json({ limit: '256kb', type: () => true })
  const send = sendExports(mostReports)
  const kept = (): ImportDeps => {
    if (imports) return imports
    throw new Unavailable('store-needed', 'Rollcall has no database here, so it imports nobody.')
  }
  const reader = (req: Request) => allow(actorOf(req), 'read:users')

  router
    .route('/imports')
    .all(only('GET', 'POST'), guard)
    .get(async (req, res) => {
      const actor = reader(req)
      res.json(await listImports(kept(), actor, parse(ImportsQuery, req.query, 'query')))
    })
    // The body is the file, whatever its type is said to be: it is read as it comes.
    .post(async (req, res) => {
      const query = parse(NewImportQuery, req.query, 'query')
      checkMode(reader(req), query.mode)
      // Whoever is refused in the middle of it is to be answered, so the rest is taken and thrown away.
      const body = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
      try {
        const upload = { actor: actorOf(req), from: fromOf(req), query, body }
        res.status(201).json(await uploadImport(kept(), upload))
      } catch (error) {
        if (req.errored) return // they are gone, and nothing was kept
        req.resume()
        throw error
      }
    })

  router
    .route('/imports/connections')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      checkMode(reader(req), 'skip')
      res.json({ connections: await listDatabases(kept().tenant) })
    })

  router
    .route('/imports/:importId')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      res.json(await getImport(kept(), reader(req), importIdOf(req)))
    })

  router
    .route('/imports/:importId/rows')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const actor = reader(req)
      const query = parse(ImportRowsQuery, req.query, 'query')
      res.json(await listImportRows(kept(), actor, { importId: importIdOf(req), query }))
    })

  router
    .route('/imports/:importId/report')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const actor = reader(req)
      const { rows } = parse(ImportReportQuery, req.query, 'query')
      const { name, open } = await openReport(kept(), actor, { importId: importIdOf(req), rows })
      await send(res, { name, format: 'csv', open })
    })

  const steps: Record<string, (deps: ImportDeps, steer: SteerImport, sent: unknown) => Promise<UserImport>> = {
    plan: (deps, steer, sent) => planImport(deps, steer, parse(ImportPlan, sent, 'body')),
    start: (deps, steer, sent) => startImport(deps, steer, parse(StartImport, sent, 'body').users),
    pause: (deps, steer, sent) => (parse(Nothing, sent, 'body'), pauseImport(deps, steer)),
    resume: (deps, steer, sent) => (parse(Nothing, sent, 'body'), resumeImport(deps, steer)),
    cancel: (deps, steer, sent) => (parse(Nothing, sent, 'body'), cancelImport(deps, steer)),
  }
  for (const [name, step] of Object.entries(steps)) {
    router
      .route(`/imports/:importId/${name}`)
      .all(only('POST'), guard)
      .post(body, async (req, res) => {
        const steer = { actor: reader(req), from: fromOf(req), importId: importIdOf(req) }
        res.json(await step(kept(), steer, req.body ?? {}))
      })
  }

  return router
}

const Nothing = z.strictObject({})
const importIdOf = (req: Request) => parse(z.uuid(), req.params.importId, 'path.importId')
