import { MethodNotAllowed } from '@rollcall/http-kit'
import type { RequestHandler } from 'express'

/**
 * First in a route: answers OPTIONS and refuses every other verb with `Allow`. HEAD comes with GET.
 */
export function only(...methods: ('GET' | 'POST' | 'PUT' | 'DELETE')[]): RequestHandler {
  const allowed = new Set<string>(methods)
  if (allowed.has('GET')) allowed.add('HEAD')
  const header = [...allowed, 'OPTIONS'].join(', ')
  return (req, res, next) => {
    if (allowed.has(req.method)) return next()
    res.setHeader('Allow', header)
    if (req.method !== 'OPTIONS') throw new MethodNotAllowed('method-not-allowed', `This address takes ${header}.`)
    res.status(204).end()
  }
}
