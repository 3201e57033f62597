import { computed, onMounted, watch } from 'vue'
import type { Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Which of many outcomes are shown, as the address says: by what became of them, and by what went wrong. */
export function useNarrowedOutcomes<State extends string>(states: readonly State[]) {
  const route = useRoute()
  const router = useRouter()
  return {
    state: computed(() => states.find((one) => one === route.query.state)),
    code: computed(() => (typeof route.query.code === 'string' ? route.query.code : undefined)),
    narrow: (query: { state?: string | undefined; code?: string | undefined }) =>
      router.replace({ query: Object.fromEntries(Object.entries(query).filter(([, value]) => value)) }),
  }
}

/** The page scrolls within itself, where the browser does not look for what an address points to. */
export function useScrolledTo(id: string, place: Readonly<Ref<HTMLElement | null>>): void {
  const route = useRoute()
  const show = () => route.hash === `#${id}` && place.value?.scrollIntoView({ block: 'start' })
  onMounted(show)
  watch(() => route.fullPath, show, { flush: 'post' })
}
