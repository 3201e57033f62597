import type { RouteRecordRaw } from 'vue-router'
import UsersPage from './UsersPage.vue'

export const usersRoutes: RouteRecordRaw[] = [
  { path: '/', name: 'users', component: UsersPage },
  { path: '/users/:userId', name: 'user', component: () => import('./UserPage.vue'), props: true },
]
