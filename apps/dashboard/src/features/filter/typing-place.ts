import type { UserField } from '@rollcall/contracts/user-filter'
import { fieldCalled } from '../fields/field-called.ts'

/** The word of a filter in which somebody types. */
export interface TypingPlace {
  /** From its first character up to, not including, `to`; a sign that negates it stays outside. */
  from: number
  to: number
  /** What stands before the colon, or all of it. */
  name: string
  /** The field before a colon; undefined while the field itself is typed. */
  field: UserField | undefined
  /** What has been typed of the value, without the quote it begins with. */
  value: string
}

/** @returns undefined where nothing can be suggested: within a range, or after a name that is no field */
export function typingPlace(text: string, caret: number): TypingPlace | undefined {
  let from = 0
  let isQuoted = false
  let isInRange = false
  for (let at = 0; at < caret; at += 1) {
    const character = text[at] ?? ''
    if (character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (/[[{]/.test(character)) isInRange = true
    else if (/[\]}]/.test(character)) isInRange = false
    else if (/[\s()]/.test(character) && !isInRange) from = at + 1
  }
  if (isInRange) return undefined
  while (from < caret && /[-+!]/.test(text[from] ?? '')) from += 1

  const rest = isQuoted ? /^[^"]*"?/ : /^[^\s()]*/
  const to = caret + (rest.exec(text.slice(caret))?.[0].length ?? 0)
  const typed = text.slice(from, caret)
  const colon = typed.indexOf(':')
  if (colon < 0) return isQuoted ? undefined : { from, to, name: typed, field: undefined, value: '' }
  const name = typed.slice(0, colon)
  const field = fieldCalled(name)
  if (field === undefined) return undefined
  return { from, to, name, field, value: typed.slice(colon + 1).replace(/^"/, '') }
}
