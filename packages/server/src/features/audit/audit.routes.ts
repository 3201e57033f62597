import { AuditQuery, ExportAuditQuery } from '@rollcall/contracts/admin-api'
import { parse, Unavailable } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import { sendExports } from '../../send-exports.ts'
import type { Store } from '../../store/open-store.ts'
import { exportAudit } from './export-audit.ts'
import { listAudit } from './list-audit.ts'
import type { ProgramNames } from './program-names.ts'

export interface AuditRoutesDeps {
  guard: RequestHandler
  store: Store | undefined
  fields: CustomFields
  programNames: ProgramNames
}

export function auditRoutes({ guard, store, fields, programNames }: AuditRoutesDeps): Router {
  const router = Router()
  const sendExport = sendExports(2)
  const kept = () => {
    if (store) return store
    throw new Unavailable('store-needed', 'Rollcall has no database here, so it keeps no audit log.')
  }

  router
    .route('/audit')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:audit'))
      res.json(await listAudit({ db: kept().db, programNames }, parse(AuditQuery, req.query, 'query'), sight))
    })

  router
    .route('/audit/export')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      const sight = fields.sightOf(allow(actorOf(req), 'read:audit'))
      const query = parse(ExportAuditQuery, req.query, 'query')
      const open = async () => ({ content: await exportAudit(kept(), query, sight) })
      await sendExport(res, { name: 'audit', format: query.format, open })
    })

  return router
}
