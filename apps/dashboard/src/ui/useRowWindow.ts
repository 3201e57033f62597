import { computed, onMounted, onScopeDispose, ref, toValue } from 'vue'
import type { MaybeRefOrGetter, Ref } from 'vue'

const rowsAround = 8

/**
 * Which rows of a long list are in view, and some around them, where all rows are of one height.
 * @param scroller what scrolls: a header of `headerHeight` that stays on top, and the rows below it
 * @param count how many rows there are
 * @param rowHeight in px
 * @param headerHeight in px
 */
export function useRowWindow(
  scroller: Readonly<Ref<HTMLElement | null>>,
  {
    count,
    rowHeight,
    headerHeight,
  }: { count: MaybeRefOrGetter<number>; rowHeight: MaybeRefOrGetter<number>; headerHeight: number },
) {
  const top = ref(0)
  const height = ref(0)
  const look = () => {
    top.value = scroller.value?.scrollTop ?? 0
    height.value = Math.max(0, (scroller.value?.clientHeight ?? 0) - headerHeight)
  }
  const observer = new ResizeObserver(look)
  onMounted(() => {
    look()
    scroller.value?.addEventListener('scroll', look, { passive: true })
    if (scroller.value) observer.observe(scroller.value)
  })
  onScopeDispose(() => observer.disconnect())

  const first = computed(() => Math.max(0, Math.floor(top.value / toValue(rowHeight)) - rowsAround))
  const last = computed(() =>
    Math.min(toValue(count) - 1, Math.ceil((top.value + height.value) / toValue(rowHeight)) + rowsAround),
  )

  const scrollTo = (offset: number) => {
    if (!scroller.value) return
    scroller.value.scrollTop = offset
    look()
  }
  return {
    first,
    last,
    rowsInView: () => Math.max(1, Math.floor(height.value / toValue(rowHeight))),
    scrollTo,
    /** Scrolls no further than it must to show the row whole. */
    scrollToRow: (row: number) => {
      const rowTop = row * toValue(rowHeight)
      const rowEnd = rowTop + toValue(rowHeight)
      if (rowTop < top.value) scrollTo(rowTop)
      else if (rowEnd > top.value + height.value) scrollTo(rowEnd - height.value)
    },
  }
}
