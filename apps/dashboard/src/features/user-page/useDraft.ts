import { shallowRef, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, ShallowRef } from 'vue'

/**
 * Something being written that outlives a reload of the page, and no more than the tab; undefined: nothing is.
 * @param key whose it is, and what of
 */
export function useDraft<Draft>(key: MaybeRefOrGetter<string>): ShallowRef<Draft | undefined> {
  const draft = shallowRef<Draft>()
  watch(
    () => toValue(key),
    (name) => (draft.value = read(name)),
    { immediate: true },
  )
  // At once: whoever discards a draft may be gone in the same breath.
  watch(draft, (value) => write(toValue(key), value), { flush: 'sync' })
  return draft
}

function read<Draft>(key: string): Draft | undefined {
  const text = sessionStorage.getItem(key)
  return text === null ? undefined : (JSON.parse(text) as Draft) // nobody else writes there
}

function write(key: string, value: unknown): void {
  if (value === undefined) return sessionStorage.removeItem(key)
  try {
    sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // There is no room: the draft lives on in this page, which still asks before it is left.
  }
}
