/** PostgreSQL's text holds no NUL; half of a surrogate pair is not UTF-8. Both become U+FFFD. */
export function storable(value: string): string {
  const wellFormed = value.isWellFormed() ? value : value.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\ufffd') : wellFormed
}

/** The same inside JSON, where they are written as `\u0000` and `\ud83d`; an escaped backslash before a u is none of them. */
export function storableJson(value: unknown): string {
  const written = JSON.stringify(value)
  if (!written.includes('\\u')) return written
  return written.replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.length > 2 ? '\ufffd' : escape))
}
