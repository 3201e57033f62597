const deepest = 30

/** Walks without recursion: what is nested without end would overflow the stack of whoever does. */
export function notTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return false
    level = level.flatMap((member) => (typeof member === 'object' && member !== null ? Object.values(member) : []))
  }
  return true
}
