import { useAuth0 } from '@auth0/auth0-vue'
import type { GetTokenSilentlyVerboseResponse } from '@auth0/auth0-spa-js'
import type { Me, Permission } from '@rollcall/contracts/admin-api'
import { ref, shallowRef } from 'vue'
import type { InjectionKey, Ref } from 'vue'
import { createApiClient } from '../api/api-client.ts'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem, toError } from '../api/problem.ts'
import { ownFields } from '../features/fields/own-fields.ts'
import { dashboardConfigKey, injected } from '../injection.ts'

export interface Session {
  me: Readonly<Ref<Me | undefined>>
  may: (permission: Permission) => boolean
  signOut: () => Promise<void>
}

export const sessionKey: InjectionKey<Session> = Symbol('session')

/** What stands in the way of showing a page: nothing, or one of these. */
export type SessionState = 'loading' | 'ready' | 'lost' | 'denied' | 'failed'

/** Who is signed in, what they may do, and the API they do it through. */
export function useSession(): {
  state: Ref<SessionState>
  problem: Ref<string>
  session: Session
  api: ApiClient
  start: () => Promise<void>
  signIn: () => Promise<void>
} {
  const config = injected(dashboardConfigKey)
  const auth0 = useAuth0()
  const home = window.location.origin + config.basePath
  const state = ref<SessionState>('loading')
  const problem = ref('')
  const me = shallowRef<Me>()

  // A bound token needs its type told: only the detailed answer says it.
  const fetcher = auth0.createFetcher({
    getAccessToken: () =>
      auth0.getAccessTokenSilently({ detailedResponse: true }) as Promise<GetTokenSilentlyVerboseResponse>,
    ...(config.auth.usesDpop && { dpopNonceId: 'rollcall' }),
  })
  const api = createApiClient({
    baseUrl: home,
    authorizedFetch: (url, init) => fetcher.fetchWithAuth(url, init),
    onSessionLost: () => {
      state.value = 'lost'
    },
  })

  const fail = (reason: string) => {
    state.value = 'failed'
    problem.value = reason
  }
  const signIn = () =>
    auth0.loginWithRedirect({ appState: { target: currentPath(config.basePath) } }).catch((error: unknown) => {
      fail(toError(error).message)
    })

  const start = async () => {
    state.value = 'loading'
    if (auth0.error.value) return fail(auth0.error.value.message)
    if (!auth0.isAuthenticated.value) return signIn()
    try {
      me.value = await api.get<Me>('me')
      ownFields.value = me.value.fields
      state.value = me.value.permissions.includes('read:users') ? 'ready' : 'denied'
    } catch (error) {
      if (error instanceof ApiProblem && error.code !== 'session-lost') fail(error.message)
    }
  }

  return {
    state,
    problem,
    api,
    start,
    signIn,
    session: {
      me,
      may: (permission) => me.value?.permissions.includes(permission) ?? false,
      signOut: () => auth0.logout({ logoutParams: { returnTo: home } }),
    },
  }
}

/** The page one is on, relative to where the dashboard is mounted. */
function currentPath(basePath: string): string {
  const { pathname, search } = window.location
  return `/${pathname.slice(basePath.length)}${search}`
}
