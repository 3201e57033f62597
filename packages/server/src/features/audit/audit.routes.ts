import { AuditQuery, ExportAuditQuery } from '@rollcall/contracts/admin-api'
import { parse, Unavailable } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import type { ActionDeps } from '../../actions/deps.ts'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import { sendExports } from '../../send-exports.ts'
import { exportAudit } from './export-audit.ts'
import { listAudit } from './list-audit.ts'

export interface AuditRoutesDeps {
  guard: RequestHandler
  /** undefined: nothing is kept here. */
  actions: Pick<ActionDeps, 'store' | 'programNames'> | undefined
  fields: CustomFields
}

export function auditRoutes({ guard, actions, fields }: AuditRoutesDeps): Router {
  const router = Router()
  const sendExport = sendExports(2)
  const kept = () => {
    if (actions) return actions
    throw new Unavailable('store-needed', 'Rollcall has no database here, so it keeps no audit log.')
  }

  router
    .route('/audit')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:audit'))
      const { store, programNames } = kept()
      res.json(await listAudit({ db: store.db, programNames }, parse(AuditQuery, req.query, 'query'), sight))
    })

  router
    .route('/audit/export')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:audit'))
      const query = parse(ExportAuditQuery, req.query, 'query')
      const open = async () => ({ content: await exportAudit(kept().store, query, sight) })
      await sendExport(res, { name: 'audit', format: query.format, open })
    })

  return router
}
