/** Whether PostgreSQL's text can hold it: no NUL, no half of a surrogate pair. Nothing that we made holds either. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** JSON that PostgreSQL can hold, whatever a caller put into it: what cannot be stored becomes U+FFFD. */
export function toStorable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\u{FFFD}').toWellFormed()
  if (Array.isArray(value)) return value.map(toStorable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [toStorable(key), toStorable(member)]))
}

/** Deeper than anybody's metadata; what goes on far below it overflows the stack of whoever walks it. */
export const deepestNesting = 100

/** Whether arrays and objects stand in each other deeper than that. Walks without recursion, whatever it is given. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepestNesting) return true
    level = level.flatMap((member) => (typeof member === 'object' && member !== null ? Object.values(member) : []))
  }
  return false
}
