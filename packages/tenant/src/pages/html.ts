/** Text that is markup already; everything else is escaped by `html`. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? character)

type Part = Markup | Markup[] | string | number | undefined

/** Markup in which every value that is not markup itself is escaped; undefined is left out. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Markup {
  const parts = strings.map((piece, index) => piece + toText(values[index]))
  return new Markup(parts.join(''))
}

function toText(value: Part): string {
  if (value === undefined) return ''
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(({ text }) => text).join('')
  return escapeHtml(String(value))
}
