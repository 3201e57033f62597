import { onScopeDispose, watch } from 'vue'
import type { Ref } from 'vue'

const pauseMs = 300

/** Takes over what was typed when the typing pauses: each letter of it would be another question to the tenant. */
export function useSettled<Typed>(typed: Ref<Typed>, take: (typed: Typed) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => take(now), pauseMs)
  })
  onScopeDispose(() => clearTimeout(timer))
}
