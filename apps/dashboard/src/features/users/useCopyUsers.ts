import type { UserSummary } from '@rollcall/contracts/admin-api'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ApiClient } from '../../api/api-client.ts'
import { toast } from '../../ui/toasts.ts'
import { useCellText } from './useCellText.ts'
import type { UserPages } from './user-pages.ts'

/** Copies a cell, or users, by code that is fetched when it is first wanted. */
export function useCopyUsers(api: ApiClient) {
  const { t, n } = useI18n()
  const words = { t, n, nameOfColumn: useCellText().nameOfColumn }
  const isCopying = ref(false)

  async function copying(work: (copy: typeof import('./copy-users.ts')) => Promise<void>) {
    isCopying.value = true
    await import('./copy-users.ts').then(work, () => toast(t('problem.network')))
    isCopying.value = false
  }

  return {
    isCopying,
    copyCell: (user: UserSummary, column: string) => copying((copy) => copy.copyCell(words, user, column)),
    copyUsers: (pages: UserPages, chosen: ReadonlySet<string>, columns: string[]) =>
      copying((copy) => copy.copyUsers(api, words, { pages, chosen, columns })),
  }
}
