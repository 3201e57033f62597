import type { Router } from 'express'

export interface Route {
  method: string
  /** As it was registered, with what it is mounted under: `/api/v2/users/:id`. */
  path: string
}

/** What router 2.3 tells of itself (`listRoutes`, "List the routes and mounted routers registered on this router"). */
interface Listed {
  path: string | RegExp
  methods: string[] | undefined
  router: Lists | undefined
}
interface Lists {
  listRoutes(): Listed[]
}

const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Every route of a router and of those mounted in it, so that one that is new is walked without being named anywhere. */
export function listRoutes(router: Router): Route[] {
  const walk = (lists: Lists, prefix: string): Route[] =>
    lists.listRoutes().flatMap(({ path, methods, router: inner }) => {
      if (path instanceof RegExp) throw new TypeError(`A route by pattern cannot be walked: ${String(path)}`)
      const full = path === '/' ? prefix : `${prefix}${path}`
      if (inner) return walk(inner, full)
      const named = (methods ?? []).flatMap((method) => (method === '*' ? everyMethod : [method.toUpperCase()]))
      return [...new Set(named)].filter((method) => method !== 'HEAD').map((method) => ({ method, path: full || '/' }))
    })
  // The types of Express do not know the method yet.
  return walk(router as unknown as Lists, '')
}
