import type { UserSummary } from '@rollcall/contracts/admin-api'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ApiClient } from '../../api/api-client.ts'
import { toast } from '../../ui/toasts.ts'
import { copiedText, useCellText } from './useCellText.ts'
import type { UserPages } from './user-pages.ts'

/** What a clipboard is for; an export is for more. */
const mostCopied = 2000

/** Puts a cell, or users as a table for a spreadsheet, on the clipboard, and says so. */
export function useCopyUsers(api: ApiClient) {
  const { t, n } = useI18n()
  const { nameOfColumn } = useCellText()
  const isCopying = ref(false)

  async function write(text: string, said: string) {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // The browser refuses, or has no clipboard for a page without TLS.
      return toast(t('copyFailed'))
    }
    toast(said)
  }

  return {
    isCopying,
    copyCell: (user: UserSummary, column: string) => write(copiedText(user, column), t('copied')),
    copyUsers: async (pages: UserPages, chosen: ReadonlySet<string>, columns: string[]) => {
      if (chosen.size > mostCopied) return toast(t('users.copyTooMany', { most: n(mostCopied) }))
      isCopying.value = true
      try {
        const { collect, tableOf } = await import('./copy-users.ts')
        const users = await collect(api, pages, chosen, columns)
        await write(
          tableOf(users, columns, nameOfColumn),
          t('users.copiedUsers', { formatted: n(users.length) }, users.length),
        )
      } catch (error) {
        toast((error instanceof Error && error.message) || t('problem.network'))
      } finally {
        isCopying.value = false
      }
    },
  }
}
