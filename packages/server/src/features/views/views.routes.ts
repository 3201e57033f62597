import { ViewContent } from '@rollcall/contracts/admin-api'
import { parse } from '@rollcall/http-kit'
import { json, Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { changeView, createView, listViews, removeView, type ViewsDeps } from './change-views.ts'

export function viewsRoutes({
  guard,
  onChange,
  ...deps
}: ViewsDeps & { guard: RequestHandler; onChange: () => void }): Router {
  const router = Router()
  const body = json({ limit: '100kb' })

  router
    .route('/views')
    .all(only('GET', 'POST'), guard)
    .get(async (req, res) => {
      res.json(await listViews(deps, allow(actorOf(req), 'read:users')))
    })
    .post(body, async (req, res) => {
      const actor = allow(actorOf(req), 'read:users')
      const view = await createView(deps, actor, parse(ViewContent, req.body, 'body'))
      onChange()
      res.status(201).json(view)
    })

  router
    .route('/views/:viewId')
    .all(only('PUT', 'DELETE'), guard)
    .put(body, async (req, res) => {
      const actor = allow(actorOf(req), 'read:users')
      const id = parse(z.uuid(), req.params.viewId, 'path.viewId')
      const view = await changeView(deps, actor, id, parse(ViewContent, req.body, 'body'))
      onChange()
      res.json(view)
    })
    .delete(async (req, res) => {
      const actor = allow(actorOf(req), 'read:users')
      await removeView(deps, actor, parse(z.uuid(), req.params.viewId, 'path.viewId'))
      onChange()
      res.status(204).end()
    })

  return router
}
