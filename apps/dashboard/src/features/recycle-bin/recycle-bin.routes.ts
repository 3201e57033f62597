import type { RouteRecordRaw } from 'vue-router'

export const recycleBinRoutes: RouteRecordRaw[] = [
  { path: '/recycle-bin', name: 'recycle-bin', component: () => import('./RecycleBinPage.vue') },
]
