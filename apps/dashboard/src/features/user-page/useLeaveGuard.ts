import { onMounted, onScopeDispose, shallowRef } from 'vue'
import { useRouter } from 'vue-router'

/**
 * Asks before a page is left on which something was written and not saved.
 * @param isWithin whether an address is still of this page
 */
export function useLeaveGuard(hasUnsaved: () => boolean, isWithin: (userId: unknown) => boolean) {
  const router = useRouter()
  /** Somebody is about to leave, and is told what they decide on. */
  const leaving = shallowRef<(isAllowed: boolean) => void>()
  const decide = (isAllowed: boolean) => {
    leaving.value?.(isAllowed)
    leaving.value = undefined
  }

  const stop = router.beforeEach((to) => {
    decide(false) // a second address is asked for before the first was decided on
    if (!hasUnsaved() || (to.name === 'user' && isWithin(to.params.userId))) return true
    return new Promise<boolean>((resolve) => (leaving.value = resolve))
  })
  const onUnload = (event: BeforeUnloadEvent) => {
    if (hasUnsaved()) event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', onUnload))
  onScopeDispose(() => {
    stop()
    window.removeEventListener('beforeunload', onUnload)
    decide(true)
  })
  return { leaving, decide }
}
