import { pipeline } from 'node:stream/promises'
import { AuditQuery, ExportAuditQuery } from '@rollcall/contracts/admin-api'
import { parse, TooManyRequests, Unavailable } from '@rollcall/http-kit'
import { Router, type RequestHandler } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { hasReaderLeft } from '../../has-reader-left.ts'
import type { Store } from '../../store/open-store.ts'
import { exportAudit } from './export-audit.ts'
import { listAudit } from './list-audit.ts'

export function auditRoutes({ guard, store }: { guard: RequestHandler; store: Store | undefined }): Router {
  const router = Router()
  let exportsUnderWay = 0
  const kept = () => {
    if (store) return store
    throw new Unavailable('store-needed', 'Rollcall has no database here, so it keeps no audit log.')
  }

  router
    .route('/audit')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:audit')
      res.json(await listAudit(kept().db, parse(AuditQuery, req.query, 'query')))
    })

  router
    .route('/audit/export')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:audit')
      const query = parse(ExportAuditQuery, req.query, 'query')
      if (exportsUnderWay >= mostExports) {
        throw new TooManyRequests('too-many-exports', `${mostExports} exports are under way; ask again when one is done.`, 10) // prettier-ignore
      }
      exportsUnderWay += 1
      try {
        const content = await exportAudit(kept(), query)
        res.setHeader('Content-Type', contentTypes[query.format])
        res.setHeader('Content-Disposition', `attachment; filename="audit.${query.format}"`)
        await pipeline(content, res)
      } catch (error) {
        if (!hasReaderLeft(error)) throw error
      } finally {
        exportsUnderWay -= 1
      }
    })

  return router
}

/** Each holds a connection to the database for as long as its reader takes. */
const mostExports = 2

const contentTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
}
