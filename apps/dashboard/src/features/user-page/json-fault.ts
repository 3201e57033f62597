export type JsonFaultKind = 'value' | 'key' | 'colon' | 'comma' | 'string' | 'end' | 'rest' | 'twice' | 'object'

export interface JsonFault {
  kind: JsonFaultKind
  line: number
  column: number
}

const space = /[ \t\n\r]*/y
const string = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

class Fault extends Error {
  readonly kind: JsonFaultKind
  readonly at: number
  constructor(kind: JsonFaultKind, at: number) {
    super(kind)
    this.kind = kind
    this.at = at
  }
}

/**
 * Where a text first is not the JSON of an object, and what it wants there. Browsers say it each in their own way, some not at all; and of a key that
 * is there twice they keep the last without a word.
 * @returns undefined: it is one
 */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    readDocument(text)
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const lines = text.slice(0, error.at).split('\n')
    return { kind: error.kind, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
  }
}

function readDocument(text: string): void {
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const [found] = pattern.exec(text) ?? []
    if (found !== undefined) at += found.length
    return found
  }
  const skip = () => take(space)
  const fail = (kind: JsonFaultKind): never => {
    throw new Fault(at >= text.length ? 'end' : kind, at)
  }
  const takeChar = (char: string): boolean => {
    if (text[at] !== char) return false
    at += 1
    return true
  }
  const readKey = (keys: Set<string>) => {
    const begin = at
    const found = take(string) ?? fail(text[at] === '"' ? 'string' : 'key')
    const key = JSON.parse(found) as string
    if (keys.has(key)) throw new Fault('twice', begin)
    keys.add(key)
  }
  /** @param readItem what stands between commas */
  const readItems = (end: '}' | ']', readItem: () => void) => {
    skip()
    if (takeChar(end)) return
    for (;;) {
      skip()
      readItem()
      skip()
      if (takeChar(end)) return
      if (!takeChar(',')) fail('comma')
    }
  }
  const readObject = () => {
    const keys = new Set<string>()
    readItems('}', () => {
      readKey(keys)
      skip()
      if (!takeChar(':')) fail('colon')
      skip()
      readValue()
    })
  }
  const readValue = (): void => {
    if (takeChar('{')) return readObject()
    if (takeChar('[')) return readItems(']', readValue)
    if (take(string) === undefined && take(scalar) === undefined) fail(text[at] === '"' ? 'string' : 'value')
  }
  skip()
  if (!takeChar('{')) throw new Fault('object', at)
  readObject()
  skip()
  if (at < text.length) fail('rest')
}
