import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'

/** The time, brought up to date every `everyMs`; for words such as "2 seconds ago". */
export function useNow(everyMs: number): Ref<Date> {
  const now = ref(new Date())
  const timer = setInterval(() => (now.value = new Date()), everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
