import type { FieldChange } from '@rollcall/contracts/admin-api'
import { useI18n } from 'vue-i18n'
import { exactMoment } from '../../ui/moments.ts'
import { accessNames } from './access-names.ts'
import { isSameJson } from './same-json.ts'

/** What a person reads of a change: a value in the place of another, or items of a list that go and come. */
export interface DescribedChange {
  label: string
  /** Whether the label is a name of the tenant's rather than ours. */
  isCode: boolean
  replaced?: { before: string; after: string }
  gone: string[]
  come: string[]
}

const isMetadata = (field: string) => /^(user|app)_metadata\./.test(field)
const has = <Key extends string>(key: Key, value: unknown): value is Record<Key, string> =>
  typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[key] === 'string'

export function useChangeText(): (change: FieldChange) => DescribedChange {
  const { t, te, n, locale } = useI18n()

  function labelOf(field: string): string | undefined {
    if (isMetadata(field)) return undefined
    const [noun = '', id] = field.split('.')
    // One of several goes by its id: `factors.totp|dev_1`.
    const key = id
      ? `actions.one.${noun}`
      : [`actions.fields.${field}`, `filter.fields.${field}`].find((one) => te(one))
    return key && te(key) ? t(key) : undefined
  }
  function textOf(value: unknown, field: string): string {
    if (field === 'password') return t(value === null ? 'actions.passwordBefore' : 'actions.passwordAfter')
    if (value === null || value === undefined) return t(field === 'user' ? 'actions.gone' : 'actions.nothing')
    // In metadata "5" and 5 are two things.
    if (isMetadata(field)) return JSON.stringify(value, null, 2)
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
    if (typeof value === 'number') return n(value)
    if (typeof value === 'string') return value
    if (field === 'user' && has('email', value)) return value.email
    if (field === 'deletion' && has('due_at', value)) return exactMoment(value.due_at, locale.value)
    if (has('name', value)) return value.name
    const texts = Object.values(value).filter((one) => typeof one === 'string' && one !== '')
    return texts.length > 0 ? texts.join(' · ') : JSON.stringify(value, null, 2)
  }

  return ({ field, ...change }) => {
    const [before, after] = [change.before, change.after].map((value) =>
      /^access(\.|$)/.test(field) ? accessNames(value) : value,
    )
    const label = labelOf(field)
    const described = { label: label ?? field, isCode: label === undefined, gone: [], come: [] }
    if (!isMetadata(field) && Array.isArray(before) && Array.isArray(after)) {
      const missing = (from: unknown[], among: unknown[]) =>
        from.filter((item) => !among.some((other) => isSameJson(item, other))).map((item) => textOf(item, field))
      return { ...described, gone: missing(before, after), come: missing(after, before) }
    }
    return { ...described, replaced: { before: textOf(before, field), after: textOf(after, field) } }
  }
}
