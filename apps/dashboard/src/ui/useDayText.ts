import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { daysBetween } from './days.ts'

/** @returns what a day is called: today and yesterday by name, too */
export function useDayText(): (at: string) => string {
  const { t, locale } = useI18n()
  const dayFormat = computed(() => new Intl.DateTimeFormat(locale.value, { dateStyle: 'full' }))
  const wordFormat = computed(() => new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' }))
  return (at) => {
    const ago = daysBetween(new Date(), new Date(at))
    const exact = dayFormat.value.format(new Date(at))
    if (ago < -1) return exact
    const [first = '', ...rest] = wordFormat.value.format(ago, 'day')
    return t('day', { word: first.toLocaleUpperCase(locale.value) + rest.join(''), day: exact })
  }
}
