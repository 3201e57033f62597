import '@fontsource-variable/inter'
import './styles.css'
import { createAuth0 } from '@auth0/auth0-vue'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from './App.vue'
import { readConfig } from './config.ts'
import { i18n, loadLaterTexts } from './i18n.ts'
import { createRouterFor } from './router.ts'
import { applyTheme } from './shell/useTheme.ts'
import { dashboardConfigKey } from './injection.ts'

applyTheme()
const laterTexts = loadLaterTexts()
const config = readConfig(document)

if (!config) {
  void Promise.all([import('./shell/ConfigMissing.vue'), laterTexts]).then(([{ default: ConfigMissing }]) =>
    createApp(ConfigMissing).use(i18n).mount('#app'),
  )
} else {
  const { basePath, auth } = config
  const home = window.location.origin + basePath
  createApp(App)
    .provide(dashboardConfigKey, config)
    .use(i18n)
    .use(createRouterFor(basePath))
    .use(VueQueryPlugin, {
      queryClientConfig: {
        defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 10_000 } },
      },
    })
    .use(
      createAuth0({
        domain: auth.domain,
        clientId: auth.clientId,
        authorizationParams: {
          redirect_uri: home,
          audience: auth.audience,
          scope: 'openid profile email offline_access',
        },
        // Tokens live in memory. A reload asks the tenant, in a hidden frame, whether somebody is signed in.
        cacheLocation: 'memory',
        useRefreshTokens: true,
        useRefreshTokensFallback: true,
        useDpop: auth.usesDpop,
      }),
    )
    .mount('#app')
}
