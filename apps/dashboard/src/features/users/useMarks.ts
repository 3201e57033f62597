import { shallowRef, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, ShallowRef } from 'vue'
import type { Marks } from './filter-marks.ts'

/** How texts are marked with what the filter has found in them. What reads filters is fetched with the first one. */
export function useMarks(filter: MaybeRefOrGetter<string>): Readonly<ShallowRef<Marks | undefined>> {
  const marks = shallowRef<Marks>()
  watch(
    () => toValue(filter),
    async (text) => {
      if (text === '') {
        marks.value = undefined
        return
      }
      const { marksOf } = await import('./filter-marks.ts')
      if (toValue(filter) === text) marks.value = marksOf(text)
    },
    { immediate: true },
  )
  return marks
}
