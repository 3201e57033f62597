import { createI18n } from 'vue-i18n'
import en from './locales/en.json'
import type later from './locales/en.later.json'
import { createMessageCompiler } from './message-compiler.ts'

export const i18n = createI18n<[typeof en & typeof later], 'en', false>({
  legacy: false,
  locale: 'en',
  messages: { en: en as typeof en & typeof later }, // the later ones follow
  messageCompiler: createMessageCompiler(),
})

/** Fetches the texts of what is itself fetched on demand, beside the sign-in and ahead of any of it. */
export async function loadLaterTexts(): Promise<void> {
  i18n.global.mergeLocaleMessage('en', (await import('./locales/en.later.json')).default)
}
