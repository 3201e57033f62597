import type { RouteRecordRaw } from 'vue-router'

export const jobsRoutes: RouteRecordRaw[] = [
  { path: '/jobs', name: 'jobs', component: () => import('./JobsPage.vue') },
  { path: '/jobs/new', name: 'new-job', component: () => import('./NewJobPage.vue') },
  { path: '/jobs/:jobId', name: 'job', component: () => import('./JobPage.vue'), props: true },
]
