import { readFileSync } from 'node:fs'
import { adminApiDocument } from '@rollcall/contracts/admin-api/openapi'
import { Router } from 'express'
import { only } from '../access/only.ts'
import { allActions } from '../actions/all-actions.ts'
import { renderDocumentation } from './render-documentation.ts'

/** `/openapi.json` for programs, `/docs` for people: the same document. */
export function documentationRoutes(): Router {
  const page = renderDocumentation(adminApiDocument(allActions))
  const styles = readFileSync(new URL('documentation.css', import.meta.url), 'utf8')

  const router = Router()
  router
    .route('/openapi.json')
    .all(only('GET'))
    .get((req, res) => {
      res.json(adminApiDocument(allActions, req.baseUrl.replace(/\/api$/, '') || '/'))
    })
  router
    .route('/docs')
    .all(only('GET'))
    .get((_req, res) => {
      res.type('html').send(page)
    })
  router
    .route('/docs.css')
    .all(only('GET'))
    .get((_req, res) => {
      res.type('css').setHeader('Cache-Control', 'no-cache')
      res.send(styles)
    })
  return router
}
