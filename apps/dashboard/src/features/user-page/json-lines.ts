type Scalar = string | number | boolean

/** A line of JSON as people read it. */
export interface JsonLine {
  depth: number
  /** In quotes, where the line begins a member. */
  key: string | undefined
  /** A value, or a bracket; with the comma that follows. */
  text: string
  /** The keys that lead to what begins here; of what is in a list, those that lead to the list. undefined: a closing bracket. */
  path: string[] | undefined
  /** What stands here, where it is one value that can be looked for. */
  value: Scalar | undefined
}

/** @param path of keys that lead to the value */
export function jsonLines(value: unknown, path: string[]): JsonLine[] {
  return linesOf(value, { path, depth: 0, key: undefined, comma: '' })
}

interface Place {
  path: string[]
  depth: number
  key: string | undefined
  comma: '' | ','
}

function linesOf(value: unknown, place: Place): JsonLine[] {
  const { path, depth, key, comma } = place
  const line = (text: string, found?: Scalar): JsonLine => ({ depth, key, path, text, value: found })
  if (typeof value !== 'object' || value === null) {
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    return [line(JSON.stringify(value) + comma, isScalar ? value : undefined)]
  }
  const isList = Array.isArray(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const members = Object.entries(value)
  if (members.length === 0) return [line(open + close + comma)]
  const inner = members.flatMap(([name, member]: [string, unknown], index) =>
    linesOf(member, {
      path: isList ? path : [...path, name],
      depth: depth + 1,
      key: isList ? undefined : JSON.stringify(name),
      comma: index < members.length - 1 ? ',' : '',
    }),
  )
  return [line(open), ...inner, { depth, key: undefined, path: undefined, text: close + comma, value: undefined }]
}
