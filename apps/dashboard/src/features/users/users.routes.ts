import type { RouteRecordRaw } from 'vue-router'
import UsersPage from './UsersPage.vue'

export const usersRoutes: RouteRecordRaw[] = [
  { path: '/', name: 'users', component: UsersPage },
  {
    path: '/users/:userId/merge/:otherId',
    name: 'merge',
    component: () => import('../merge/MergePage.vue'),
    props: true,
  },
  { path: '/users/:userId/:tab?', name: 'user', component: () => import('../user-page/UserPage.vue'), props: true },
]
