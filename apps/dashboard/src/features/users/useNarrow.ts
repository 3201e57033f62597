import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'

/** Whether the page is as narrow as a phone. */
export function useNarrow(): Ref<boolean> {
  const query = window.matchMedia('(max-width: 767px)')
  const isNarrow = ref(query.matches)
  const follow = () => {
    isNarrow.value = query.matches
  }
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return isNarrow
}
