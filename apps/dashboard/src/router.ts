import { createRouter, createWebHistory } from 'vue-router'
import type { Router } from 'vue-router'
import { usersRoutes } from './features/users/users.routes.ts'

/** @param basePath where the dashboard is mounted, with a slash at both ends */
export function createRouterFor(basePath: string): Router {
  return createRouter({
    history: createWebHistory(basePath),
    routes: [...usersRoutes, { path: '/:path(.*)*', component: () => import('./shell/PageNotFound.vue') }],
  })
}
