import { computed, onScopeDispose } from 'vue'
import type { Ref } from 'vue'
import type { UserPages } from './user-pages.ts'

/** A glance passes over many; beside the list stands whoever it rests on. */
const lingerMs = 120

/**
 * The user who is shown beside the list, and whom one can go on to from there.
 * @param shown as the address has it
 */
export function usePreview(
  shown: Readonly<Ref<string | undefined>>,
  pages: () => UserPages | undefined,
  show: (userId: string | undefined) => Promise<unknown>,
) {
  let lingering: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(lingering))
  const row = computed(() => (shown.value === undefined ? -1 : (pages()?.rowOf(shown.value) ?? -1)))
  const neighbour = (by: number) => (row.value < 0 ? undefined : pages()?.at(row.value + by)?.userId)
  return {
    previous: computed(() => neighbour(-1)),
    next: computed(() => neighbour(1)),
    follow: (userId: string) => {
      clearTimeout(lingering)
      if (shown.value !== undefined) lingering = setTimeout(() => void show(userId), lingerMs)
    },
    /** @returns whom the focus goes back to; undefined: they are not in the list */
    close: async () => {
      clearTimeout(lingering)
      const userId = row.value < 0 ? undefined : shown.value
      await show(undefined)
      return userId
    },
  }
}
