import { createHash } from 'node:crypto'
import type { FieldChange } from '@rollcall/contracts/admin-api'

/** Names under which people keep what nobody should read in a log. */
const secretName = /pass(word|phrase|code|wd)|secret|token|credential|(api|private)[_-]?key|authorization|cookie/i
export const hidden = '[hidden]'
/** A longer value would make the log a second store of the users. */
const longestValue = 10_000

/**
 * Changes as the audit log keeps them: what stands in metadata under the name of a secret is left out, at any depth, and what is very long is
 * told by its length and hash.
 */
export function withoutSecrets(changes: readonly FieldChange[]): FieldChange[] {
  return changes.map(({ field, before, after }) => {
    const key = /^(?:user|app)_metadata\.(.*)$/su.exec(field)?.[1]
    const keep = (value: unknown) => shorten(key !== undefined && secretName.test(key) ? hide(value) : clean(value))
    return { field, before: keep(before), after: keep(after) }
  })
}

/** That there is nothing is no secret. */
const hide = (value: unknown) => (value === null || value === undefined ? null : hidden)

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secretName.test(name) ? hide(inner) : clean(inner)]),
  )
}

function shorten(value: unknown): unknown {
  const text = JSON.stringify(value)
  if (text.length <= longestValue) return value
  return `[${text.length} characters, SHA-256 ${createHash('sha256').update(text).digest('hex')}]`
}
