import type { RouteRecordRaw } from 'vue-router'

export const importsRoutes: RouteRecordRaw[] = [
  { path: '/imports/new', name: 'new-import', component: () => import('./NewImportPage.vue') },
  { path: '/imports/:importId', name: 'import', component: () => import('./ImportPage.vue'), props: true },
]
