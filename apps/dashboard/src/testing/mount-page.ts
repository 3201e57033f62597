import type { Me, Problem, User, UserPage, UserSummary } from '@rollcall/contracts/admin-api'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { mount } from '@vue/test-utils'
import type { Component } from 'vue'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { apiKey, createApiClient } from '../api/api-client.ts'
import { changesKey } from '../api/changes.ts'
import { auditRoutes } from '../features/audit/audit.routes.ts'
import ActionHost from '../features/actions/ActionHost.vue'
import { asked } from '../features/actions/asked.ts'
import { ownFields } from '../features/fields/own-fields.ts'
import { cleanUpRoutes } from '../features/clean-up/clean-up.routes.ts'
import { findRoutes } from '../features/filter/find.routes.ts'
import { importsRoutes } from '../features/imports/imports.routes.ts'
import { insightsRoutes } from '../features/insights/insights.routes.ts'
import { jobsRoutes } from '../features/jobs/jobs.routes.ts'
import { recycleBinRoutes } from '../features/recycle-bin/recycle-bin.routes.ts'
import { usersRoutes } from '../features/users/users.routes.ts'
import { i18n, loadLaterTexts } from '../i18n.ts'
import { commandsKey, createCommands } from '../shell/commands.ts'
import { sessionKey } from '../shell/useSession.ts'
import { fakeChanges } from './fake-changes.ts'

/** What the server answers, by `METHOD path`; the network is the one thing faked. */
export type Answers = (
  request: string,
  signal: AbortSignal | null | undefined,
  body: unknown,
  /** By which repetitions are known. */
  key?: string,
) => Response | Promise<Response>

const me: Me = {
  userId: 'auth0|staff',
  kind: 'person',
  name: 'Staff',
  email: 'staff@example.com',
  picture: null,
  fields: [],
  permissions: ['manage:users', 'read:users', 'update:users', 'delete:users', 'export:users', 'manage:roles', 'read:logs', 'manage:views'], // prettier-ignore
}

await loadLaterTexts()

/** Mounts a page as the dashboard would, signed in as staff. */
export async function mountPage(
  page: Component,
  {
    answers,
    path = '/',
    props = {},
    permissions = me.permissions,
    hasDialogs = false,
    fields = [],
  }: {
    answers: Answers
    path?: string
    props?: Record<string, unknown>
    permissions?: Me['permissions']
    /** Whether what is asked for is asked about, as in the frame around every page. */
    hasDialogs?: boolean
    fields?: Me['fields']
  },
) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      ...findRoutes,
      ...usersRoutes,
      ...jobsRoutes,
      ...cleanUpRoutes,
      ...insightsRoutes,
      ...recycleBinRoutes,
      ...auditRoutes,
      ...importsRoutes,
    ],
  })
  await router.push(path)
  const requests: string[] = []
  const api = createApiClient({
    baseUrl: '/',
    authorizedFetch: async (url, init) => {
      const request = `${init.method ?? 'GET'} ${url}`
      requests.push(request)
      const key = (init.headers as Record<string, string>)['idempotency-key']
      return answers(request, init.signal, typeof init.body === 'string' ? JSON.parse(init.body) : undefined, key)
    },
    onSessionLost: () => undefined,
  })
  const session = {
    me: ref({ ...me, permissions }),
    may: (name: Me['permissions'][number]) => permissions.includes(name),
    signOut: async () => undefined,
  }
  const changes = fakeChanges()
  const commands = createCommands()
  asked.value = undefined
  ownFields.value = fields
  const framed = defineComponent(() => () => [h(page, props), asked.value && h(ActionHost)])
  const wrapper = mount(hasDialogs ? framed : page, {
    props: hasDialogs ? {} : props,
    attachTo: document.body,
    global: {
      plugins: [
        router,
        i18n,
        [VueQueryPlugin, { queryClientConfig: { defaultOptions: { queries: { retry: false } } } }],
      ],
      provide: {
        [apiKey as symbol]: api,
        [sessionKey as symbol]: session,
        [changesKey as symbol]: changes,
        [commandsKey as symbol]: commands,
      },
    },
  })
  return { wrapper, router, requests, changes, commands }
}

export const json = (body: unknown): Response =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })

export const problem = (status: number, detail: string, code = 'x', more: Partial<Problem> = {}): Response =>
  new Response(
    JSON.stringify({
      type: 'about:blank',
      title: 'x',
      status,
      detail,
      instance: '/',
      code,
      requestId: 'request-1',
      ...more,
    }),
    {
      status,
      headers: { 'content-type': 'application/problem+json' },
    },
  )

export function wholeUser(changes: Partial<User> = {}): User {
  const { columns: _columns, ...summary } = someUser()
  return {
    ...summary,
    username: null,
    nickname: 'ada',
    givenName: 'Ada',
    familyName: 'Lovelace',
    phoneNumber: null,
    updatedAt: '2026-02-01T00:00:00.000Z',
    lastIp: '203.0.113.7',
    lastPasswordResetAt: null,
    hasMfa: true,
    identities: [{ provider: 'auth0', userId: '1', connection: 'Username-Password-Authentication', isSocial: false }],
    userMetadata: { theme: 'dark' },
    appMetadata: {},
    ...changes,
  }
}

export function someUser(changes: Partial<UserSummary> = {}): UserSummary {
  return {
    userId: 'auth0|1',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    isEmailVerified: true,
    picture: null,
    connection: 'Username-Password-Authentication',
    isBlocked: false,
    createdAt: '2026-01-01T00:00:00.000Z',
    lastLoginAt: null,
    loginCount: 0,
    columns: {},
    ...changes,
  }
}

export const pageOf = (users: UserSummary[], changes: Partial<UserPage> = {}) =>
  json({
    users,
    next: null,
    count: { users: users.length, isExact: true },
    reachable: null,
    freshness: { source: 'directory', asOf: null },
    ...changes,
  } satisfies UserPage)
