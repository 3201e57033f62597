import { PersonalDataRequest, UserId } from '@rollcall/contracts/admin-api'
import { InvalidInput, parse } from '@rollcall/http-kit'
import { json, Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { fromOf, recorded } from '../../actions/actions.routes.ts'
import type { ActionDeps } from '../../actions/deps.ts'
import { gatherPersonalData } from './gather-personal-data.ts'
import { recordHandingOut, exportDataAction } from './record-handing-out.ts'
import { personalDataPolicy, renderPersonalData } from './render-personal-data.ts'

export interface PersonalDataRoutesDeps {
  guard: RequestHandler
  /** undefined: nothing can be recorded here, and what is not recorded is not handed out. */
  actions: ActionDeps | undefined
}

/** For somebody who asks what is held on them. It leaves an entry in the log, so it is a POST. */
export function personalDataRoutes({ guard, actions }: PersonalDataRoutesDeps): Router {
  const router = Router()
  router
    .route('/users/:userId/personal-data')
    .all(only('POST'), guard)
    .post(json({ limit: '10kb', type: () => true }), async (req, res) => {
      allow(actorOf(req), 'read:users')
      const actor = allow(actorOf(req), 'export:users')
      const userId = parse(UserId, req.params.userId, 'path.userId')
      const { format, reason } = parse(PersonalDataRequest, req.body ?? {}, 'body')
      const deps = recorded(actions)
      if (reason === undefined && deps.reasonRequired.has(exportDataAction))
        throw new InvalidInput('reason-required', `Say why: ${exportDataAction} is not done without a reason.`, [
          { path: 'body.reason', message: 'Say why.' },
        ])
      const data = await gatherPersonalData(deps, { userId, actor, now: new Date() })
      await recordHandingOut(deps, { data, format, actor, reason, from: fromOf(req) })
      const name = `personal-data-${userId.replaceAll(/[^\w-]+/g, '-')}`
      res.setHeader('Content-Disposition', `attachment; filename="${name}.${format}"`)
      if (format === 'json') return void res.json(data)
      res.setHeader('Content-Security-Policy', `${personalDataPolicy}; sandbox; frame-ancestors 'none'`)
      res.type('html').send(renderPersonalData(data))
    })
  return router
}
