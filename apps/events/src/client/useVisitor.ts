import { useAuth0 } from '@auth0/auth0-vue'
import { useRoute } from 'vue-router'

/** Who is looking at the site, and how they sign in and out. */
export function useVisitor() {
  const { isLoading, isAuthenticated, user, loginWithRedirect, logout, getAccessTokenSilently } = useAuth0()
  const route = useRoute()
  return {
    isLoading,
    isAuthenticated,
    user,
    signIn: () => loginWithRedirect({ appState: { target: route.fullPath } }), // and come back to this page
    signOut: () => logout({ logoutParams: { returnTo: `${window.location.origin}/` } }),
    /** @throws when the visitor has to sign in again */
    accessToken: async () => {
      const token = await getAccessTokenSilently()
      if (token === undefined) throw new Error('There is no access token.')
      return token
    },
  }
}
