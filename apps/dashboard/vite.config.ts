import { gzipSync } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { minify } from 'terser'
import { defineConfig } from 'vite'
import type { Plugin, Rolldown } from 'vite'

/** What the users page may weigh before charts and editors, gzip. The sign-in library alone is 63 KB of it. */
const usersPageBytes = 150_000

/**
 * Two libraries import all of Vue to look for one function; then nothing of Vue can be left out of the bundle (11 KB gzip).
 * The function they look for, and find in every Vue this package allows, is imported by name instead.
 */
function vueByName(): Plugin {
  return {
    name: 'vue-by-name',
    transform: {
      filter: { id: /node_modules\/(vue-i18n|reka-ui)\//, code: /import \* as vue from ['"]vue['"]/i },
      handler: (code) => ({
        code: code.replace(
          /import \* as (vue) from ['"]vue['"];?/i,
          "import { getCurrentInstance as getInstance, useId as idOfVue } from 'vue'; const $1 = { getCurrentInstance: getInstance, useId: idOfVue };",
        ),
        map: null, // no line moves
      }),
    },
  }
}

/**
 * The sign-in library carries the code of its worker as base64, which does not compress (2 KB gzip more). It is turned back into text here, and
 * into base64 where the library wants it: in the browser.
 */
function workerAsText(): Plugin {
  return {
    name: 'worker-as-text',
    transform: {
      filter: { id: /node_modules\/@auth0\//, code: /createBase64WorkerFactory|[A-Za-z0-9+/=]{2000}/ },
      handler: (code) => ({
        code: code.replace(/(["'`])([A-Za-z0-9+/=]{2000,})\1/g, (literal, _quote, base64: string) => {
          const text = atob(base64)
          return btoa(text) === base64 ? `btoa(${JSON.stringify(text)})` : literal
        }),
        map: null, // no line moves
      }),
    },
  }
}

/** After the bundler's own minifier another one still finds 2 KB gzip; instead of it, it finds less. */
function minifiedAgain(): Plugin {
  return {
    name: 'minified-again',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
        for (const chunk of chunks) {
          const { code } = await minify(chunk.code, { module: true, ecma: 2020, compress: { passes: 3 } })
          if (code !== undefined) chunk.code = code
        }
      },
    },
  }
}

/** Says what must be fetched before the users are shown, and stops a build that has grown too heavy. */
function weighed(): Plugin {
  return {
    name: 'weighed',
    // Last of all, when what imports what has been written in.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const needed = new Set<string>()
        const need = (fileName: string) => {
          const file = bundle[fileName]
          if (needed.has(fileName) || !file) return
          needed.add(fileName)
          if (file.type === 'chunk') file.imports.forEach(need)
        }
        const weightOf = (file: Rolldown.OutputAsset | Rolldown.OutputChunk | undefined) =>
          file ? gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length : 0
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk' ? file.isEntry : file.fileName.endsWith('.css')) need(file.fileName)
        }
        const bytes = [...needed].reduce((sum, fileName) => sum + weightOf(bundle[fileName]), 0)
        this.info(`users page: ${(bytes / 1000).toFixed(1)} KB gzip of JS and CSS`)
        if (bytes > usersPageBytes)
          this.error(`the users page weighs ${bytes} bytes gzip; ${usersPageBytes} are allowed`)
      },
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [vue(), tailwind(), vueByName(), workerAsText(), minifiedAgain(), weighed()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    // Texts are compiled by message-compiler.ts.
    __INTLIFY_DROP_MESSAGE_COMPILER__: true,
  },
  // The policy allows no inline script and no data: asset.
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // What a later page imports is found when it has come: a list of all of it would be 1.4 KB gzip of the first page.
      resolveDependencies: (_file, dependencies, { hostType }) => (hostType === 'html' ? dependencies : []),
    },
  },
})
