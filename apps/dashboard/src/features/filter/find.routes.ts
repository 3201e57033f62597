import type { NavigationGuardWithThis, RouteRecordRaw } from 'vue-router'

export const findRoutes: RouteRecordRaw[] = [{ path: '/find', name: 'find', component: () => import('./FindPage.vue') }]

/** `/?find=app_metadata.crm_id:003X` is how another system links to somebody whom it knows by a number of its own. */
export const followFindLink: NavigationGuardWithThis<undefined> = ({ name, query: { find } }) =>
  name === 'users' && typeof find === 'string' ? { name: 'find', query: { find }, replace: true } : true
