import type { MessageCompiler } from 'vue-i18n'

type Part = string | { name: string }

/** What vue-i18n hands to the function of a text; its types leave some of it out. */
interface TextContext {
  named: (name: string) => unknown
  plural: <Text>(forms: Text[]) => Text
  interpolate: (value: unknown) => unknown
  /** Joins to a text, or leaves the nodes of a component side by side. */
  normalize: (parts: unknown[]) => string
}
type TextFunction = (context: TextContext) => string

/**
 * Makes functions of texts: `{name}` stands for a value, ` | ` is between plurals. That is all our texts use; vue-i18n's own compiler knows
 * much more, and would be a thirtieth of what must be fetched before users are shown.
 */
export function createMessageCompiler(): MessageCompiler {
  const made = new Map<string, TextFunction>()
  return (source) => {
    const text = String(source)
    const message = made.get(text) ?? messageOf(text)
    made.set(text, message)
    return message as unknown as ReturnType<MessageCompiler> // of the same context, whose types leave some of it out
  }
}

function messageOf(text: string): TextFunction {
  const forms = text.split(' | ').map(partsOf)
  return (context) => {
    const joined = forms.map((parts) => join(parts, context))
    return joined.length === 1 ? (joined[0] ?? '') : context.plural(joined)
  }
}

function partsOf(text: string): Part[] {
  return text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 1 ? { name: part } : part))
}

function join(parts: Part[], { named, interpolate, normalize }: TextContext): string {
  return normalize(parts.map((part) => (typeof part === 'string' ? part : interpolate(named(part.name)))))
}
