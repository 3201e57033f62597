import { actionEnvelope, IdempotencyKey, UndoRequest, UserId } from '@rollcall/contracts/admin-api'
import { NotFound, parse, requestIdOf, Unavailable } from '@rollcall/http-kit'
import { json, Router, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { actorOf, allow } from '../access/actor.ts'
import { only } from '../access/only.ts'
import { findAction } from './all-actions.ts'
import { chooseUserId } from './choose-user-id.ts'
import type { Action } from './define-action.ts'
import type { ActionDeps } from './deps.ts'
import { listActions, previewAction } from './preview-action.ts'
import { runAction } from './run-action.ts'
import { getRun, undoRun } from './undo-run.ts'

export interface ActionRoutesDeps {
  guard: RequestHandler
  /** undefined: nothing is kept here, and what cannot be recorded is not done. */
  actions: ActionDeps | undefined
}

/** Every change to a user comes in here. */
export function actionsRoutes({ guard, actions }: ActionRoutesDeps): Router {
  const router = Router()
  const body = json({ limit: '256kb', type: () => true }) // what is taken for no body would be done with the defaults

  router
    .route('/users/:userId/actions')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const actor = allow(actorOf(req), 'read:users')
      res.json(await listActions(recorded(actions), actor, userIdOf(req)))
    })

  router
    .route('/users/:userId/actions/:name')
    .all(only('POST'), guard)
    .post(body, async (req, res) => {
      const { action, actor, userId } = asked(req)
      const { params, ...envelope } = parse(requestOf(action), req.body ?? {}, 'body')
      const call = { action, actor, userId, params, ...envelope, idempotencyKey: idempotencyKeyOf(req), from: fromOf(req) }
      res.json(await runAction(recorded(actions), call))
    }) // prettier-ignore

  router
    .route('/users/:userId/actions/:name/preview')
    .all(only('POST'), guard)
    .post(body, async (req, res) => {
      const { action, actor, userId } = asked(req)
      const { params } = parse(previewRequestOf(action), req.body ?? {}, 'body')
      res.json(await previewAction(recorded(actions), { action, actor, userId, params }))
    })

  // Of somebody new there is no id yet: whoever could choose it could take the place of somebody who was deleted.
  router
    .route('/users/actions/:name')
    .all(only('POST'), guard)
    .post(body, async (req, res) => {
      const { action, actor } = askedForNew(req)
      const { params, ...envelope } = parse(requestOf(action), req.body ?? {}, 'body')
      const idempotencyKey = idempotencyKeyOf(req)
      const deps = recorded(actions)
      const userId = await chooseUserId(deps, { action, actor, params, idempotencyKey })
      res.json(await runAction(deps, { action, actor, userId, params, ...envelope, idempotencyKey, from: fromOf(req) }))
    })

  router
    .route('/users/actions/:name/preview')
    .all(only('POST'), guard)
    .post(body, async (req, res) => {
      const { action, actor } = askedForNew(req)
      const { params } = parse(previewRequestOf(action), req.body ?? {}, 'body')
      const deps = recorded(actions)
      const userId = await chooseUserId(deps, { action, actor, params })
      res.json(await previewAction(deps, { action, actor, userId, params }))
    })

  router
    .route('/actions/:runId')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      res.json(await getRun(recorded(actions), allow(actorOf(req), 'read:users'), runIdOf(req)))
    })

  router
    .route('/actions/:runId/undo')
    .all(only('POST'), guard)
    .post(body, async (req, res) => {
      const actor = allow(actorOf(req), 'read:users')
      const { reason } = parse(UndoRequest, req.body ?? {}, 'body')
      const call = { actor, runId: runIdOf(req), reason, idempotencyKey: idempotencyKeyOf(req), from: fromOf(req) }
      res.json(await undoRun(recorded(actions), call))
    })

  return router
}

/** @throws Unavailable `store-needed` */
export function recorded(actions: ActionDeps | undefined): ActionDeps {
  if (actions) return actions
  throw new Unavailable('store-needed', 'Rollcall has no database here, so nothing can be recorded, and what cannot be recorded is not done.') // prettier-ignore
}

/** Where a request came from, for the audit log. */
export function fromOf(req: Request) {
  const userAgent = req.headers['user-agent']?.replace(/\p{Cc}/gu, ' ').slice(0, 300) ?? null
  return { ip: req.ip ?? null, userAgent, requestId: requestIdOf(req) }
}

export const requestOf = (action: Action) => z.strictObject({ params: action.params.prefault({}), ...actionEnvelope })

const previewRequestOf = (action: Action) =>
  z.strictObject({ params: (action.previewParams ?? action.params).prefault({}) })

const asked = (req: Request) => ({ ...askedFor(req, (action) => !action.idPrefix), userId: userIdOf(req) })
const askedForNew = (req: Request) => askedFor(req, (action) => action.idPrefix !== undefined)

/** What is answered holds values of the user, so it takes the right to see them, too. */
function askedFor(req: Request, isFound: (action: Action) => boolean) {
  const actor = allow(actorOf(req), 'read:users')
  const action = findAction(String(req.params.name))
  if (!action || !isFound(action))
    throw new NotFound('no-such-action', `There is no action ${String(req.params.name).slice(0, 100)}.`)
  return { action, actor: allow(actor, action.permission) }
}

const userIdOf = (req: Request) => parse(UserId, req.params.userId, 'path.userId')
const runIdOf = (req: Request) => parse(z.uuid(), req.params.runId, 'path.runId')
const idempotencyKeyOf = (req: Request) => parse(IdempotencyKey.optional(), req.get('idempotency-key'), 'header.Idempotency-Key') // prettier-ignore
