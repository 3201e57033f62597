import { createRouter, createWebHistory } from 'vue-router'
import type { Router } from 'vue-router'
import { auditRoutes } from './features/audit/audit.routes.ts'
import { cleanUpRoutes } from './features/clean-up/clean-up.routes.ts'
import { findRoutes, followFindLink } from './features/filter/find.routes.ts'
import { importsRoutes } from './features/imports/imports.routes.ts'
import { insightsRoutes } from './features/insights/insights.routes.ts'
import { jobsRoutes } from './features/jobs/jobs.routes.ts'
import { recycleBinRoutes } from './features/recycle-bin/recycle-bin.routes.ts'
import { usersRoutes } from './features/users/users.routes.ts'

/** @param basePath where the dashboard is mounted, with a slash at both ends */
export function createRouterFor(basePath: string): Router {
  const router = createRouter({
    history: createWebHistory(basePath),
    routes: [
      ...findRoutes,
      ...usersRoutes,
      ...jobsRoutes,
      ...cleanUpRoutes,
      ...insightsRoutes,
      ...recycleBinRoutes,
      ...auditRoutes,
      ...importsRoutes,
      { path: '/:path(.*)*', component: () => import('./shell/PageNotFound.vue') },
    ],
  })
  router.beforeEach(followFindLink)
  // A page's code could not be fetched: a newer build took its place, or the network is gone. The browser deals with both.
  router.onError((_error, to) => window.location.assign(router.resolve(to).href))
  return router
}
