import { computed, onMounted, onScopeDispose, ref, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, Ref } from 'vue'

const rowsAround = 6
/** In px. Browsers make no element taller than 17,895,697 (Firefox) or 33,554,428 (Chromium); what is longer is scrolled in proportion. */
const tallest = 16_000_000

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
    headerHeight = 0,
  }: { count: MaybeRefOrGetter<number>; rowHeight: MaybeRefOrGetter<number>; headerHeight?: number },
) {
  /** How far the rows have been scrolled, and how much of them is in view. */
  const offset = ref(0)
  const height = ref(0)
  const wholeHeight = computed(() => toValue(count) * toValue(rowHeight))
  const shownHeight = computed(() => Math.min(wholeHeight.value, tallest))
  const stretch = computed(() =>
    wholeHeight.value > tallest ? (wholeHeight.value - height.value) / (tallest - height.value) : 1,
  )
  /** Where we have put the scrollbar ourselves: rounded, it must not be read back. */
  let ownTop = 0

  const look = () => {
    const top = scroller.value?.scrollTop ?? 0
    height.value = Math.max(0, (scroller.value?.clientHeight ?? 0) - headerHeight)
    if (stretch.value !== 1 && Math.abs(top - ownTop) < 1) return
    ownTop = top
    offset.value = top * stretch.value
  }
  const observer = new ResizeObserver(look)
  // What is scrolled may come and go: a list that was empty, say.
  watch(
    scroller,
    (now, before) => {
      before?.removeEventListener('scroll', look)
      if (before) observer.unobserve(before)
      now?.addEventListener('scroll', look, { passive: true })
      if (now) observer.observe(now)
      look()
    },
    { flush: 'post' },
  )
  onMounted(look)
  onScopeDispose(() => {
    scroller.value?.removeEventListener('scroll', look)
    observer.disconnect()
  })

  const first = computed(() => Math.max(0, Math.floor(offset.value / toValue(rowHeight)) - rowsAround))
  const last = computed(() =>
    Math.min(toValue(count) - 1, Math.ceil((offset.value + height.value) / toValue(rowHeight)) + rowsAround),
  )

  const scrollTo = (wanted: number) => {
    if (!scroller.value) return
    const most = Math.max(0, wholeHeight.value - height.value)
    offset.value = Math.min(Math.max(0, wanted), most)
    ownTop = offset.value / stretch.value
    scroller.value.scrollTop = ownTop
    ownTop = scroller.value.scrollTop
  }
  // A longer list is stretched further: what is in view stays.
  watch(stretch, () => scrollTo(offset.value), { flush: 'post' })
  // So it does when rows become higher or lower.
  watch(
    () => toValue(rowHeight),
    (now, before) => scrollTo((offset.value / before) * now),
    { flush: 'post' },
  )

  return {
    first,
    last,
    /** The row at the upper edge. */
    topRow: computed(() => Math.floor(offset.value / toValue(rowHeight))),
    /** What holds the rows is as high as this. */
    shownHeight,
    /** Where a row stands in it. */
    topOf: (row: number) =>
      row * toValue(rowHeight) - (stretch.value === 1 ? 0 : offset.value - offset.value / stretch.value),
    rowsInView: () => Math.max(1, Math.floor(height.value / toValue(rowHeight))),
    scrollTo,
    scrollBy: (rows: number) => scrollTo(offset.value + rows * toValue(rowHeight)),
    /** Scrolls no further than it must to show the row whole. */
    scrollToRow: (row: number) => {
      const rowTop = row * toValue(rowHeight)
      const rowEnd = rowTop + toValue(rowHeight)
      if (rowTop < offset.value) scrollTo(rowTop)
      else if (rowEnd > offset.value + height.value) scrollTo(rowEnd - height.value)
    },
  }
}
