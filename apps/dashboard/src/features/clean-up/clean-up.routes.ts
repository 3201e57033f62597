import type { RouteRecordRaw } from 'vue-router'

export const cleanUpRoutes: RouteRecordRaw[] = [
  { path: '/clean-up', name: 'clean-up', component: () => import('./CleanUpPage.vue') },
]
