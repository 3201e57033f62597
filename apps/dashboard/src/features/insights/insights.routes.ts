import type { RouteRecordRaw } from 'vue-router'

export const insightsRoutes: RouteRecordRaw[] = [
  { path: '/insights', name: 'insights', component: () => import('./InsightsPage.vue') },
]
