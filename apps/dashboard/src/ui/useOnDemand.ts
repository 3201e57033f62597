import { defineAsyncComponent } from 'vue'
import type { Component } from 'vue'
import { useI18n } from 'vue-i18n'
import { toast } from './toasts.ts'

/** Parts of a page that most visits do not need: each is fetched when it is first shown; where that fails, it is said and `close` called. */
export function useOnDemand() {
  const { t } = useI18n()
  return <Shown extends Component>(loader: () => Promise<{ default: Shown }>, close?: () => void) =>
    defineAsyncComponent<Shown>({
      loader,
      onError: (_error, _retry, fail) => {
        close?.()
        toast(t('problem.network'))
        fail()
      },
    })
}
