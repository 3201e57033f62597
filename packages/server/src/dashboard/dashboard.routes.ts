import { extname } from 'node:path'
import type { DashboardConfig } from '@rollcall/contracts/admin-api'
import { NotFound } from '@rollcall/http-kit'
import { Router, type Response } from 'express'
import { only } from '../access/only.ts'
import { readBuiltDashboard, type BuiltDashboard } from './built-dashboard.ts'
import { renderIndex } from './render-index.ts'

export interface DashboardDeps {
  folder: string
  auth: DashboardConfig['auth']
}

const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rollcall</title>
<h1>The dashboard is not built yet</h1>
<p>The server runs, and there is no page to show. Run <code>npm run build</code>, then reload.</p>
</html>
`

/** The built dashboard: its files, and its page for every address that the dashboard's own router knows. */
export function dashboardRoutes({ folder, auth }: DashboardDeps): Router {
  let dashboard = readBuiltDashboard(folder)
  const router = Router()
  router.use(only('GET'))

  router.use((req, res) => {
    dashboard ??= readBuiltDashboard(folder) // built since the start
    if (!dashboard) return void res.status(503).type('html').send(notBuilt)
    const path = decodeURIComponent(req.path).slice(1)
    if (path !== 'index.html' && dashboard.files.has(path))
      return sendFile(dashboard, path, req.acceptsEncodings(), res)
    // A user's address may well end like a file's (samlp|acme|jo@example.com), so only the first level counts as files.
    const isTopLevelFile = path.includes('.') && !path.includes('/') && path !== 'index.html'
    const isMissingFile = path.startsWith('assets/') || isTopLevelFile
    if (isMissingFile) throw new NotFound('no-such-file', `There is no file ${path}.`)
    res.setHeader('Cache-Control', 'no-cache') // it names the hashed files, so it must be asked for anew
    res.type('html').send(renderIndex(dashboard.indexHtml, { basePath: `${req.baseUrl}/`, auth }))
  })
  return router
}

function sendFile({ folder, files }: BuiltDashboard, path: string, accepted: string[], res: Response): void {
  const encoding = encodings.find(({ name, suffix }) => accepted.includes(name) && files.has(path + suffix))
  res.type(extname(path))
  res.vary('Accept-Encoding')
  if (encoding) res.setHeader('Content-Encoding', encoding.name)
  // Files in assets/ carry a hash of their content in their name.
  const caching = path.startsWith('assets/') ? { maxAge: '1y', immutable: true } : { maxAge: '1h' }
  res.sendFile(path + (encoding?.suffix ?? ''), { root: folder, ...caching })
}
