import './styles.css'
import { createAuth0 } from '@auth0/auth0-vue'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { fetchSiteConfig } from './events.api.ts'
import App from './App.vue'
import EventPage from './pages/EventPage.vue'
import EventsPage from './pages/EventsPage.vue'
import MissingPage from './pages/MissingPage.vue'
import SiteDownPage from './pages/SiteDownPage.vue'

// `/events` is the API's address, so a page of one event lives at `/event`.
const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: EventsPage },
    { path: '/event/:id', component: EventPage, props: true },
    { path: '/:path(.*)*', component: MissingPage },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

try {
  const { domain, clientId, audience } = await fetchSiteConfig()
  const auth0 = createAuth0({
    domain,
    clientId,
    authorizationParams: {
      redirect_uri: `${window.location.origin}/`,
      audience,
      scope: 'openid profile email offline_access',
    },
    // Tokens live in memory: a reload asks the tenant, in a hidden frame, whether somebody is signed in.
    useRefreshTokens: true,
    useRefreshTokensFallback: true,
  })
  createApp(App).use(router).use(auth0).mount('#app')
} catch (error) {
  createApp(SiteDownPage, { reason: error instanceof Error ? error.message : String(error) }).mount('#app')
}
