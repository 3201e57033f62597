/** What a `q` asks for, as a tree. Never pasted together as text. */
export type Query =
  | { kind: 'and' | 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  | { kind: 'exists'; field: string }
  | { kind: 'match'; field: string | undefined; value: Value }
  | { kind: 'range'; field: string; low: Bound; high: Bound }

/** Pieces of literal text; between two pieces stands a `*`. One piece: no wildcard. */
export interface Value {
  pieces: string[]
  isPhrase: boolean
}
export interface Bound {
  /** undefined: open at this end (`*`) */
  text: string | undefined
  isInclusive: boolean
}

export class QuerySyntaxError extends Error {
  override readonly name = 'QuerySyntaxError'
}

type Token =
  | { kind: '(' | ')' | '[' | ']' | '{' | '}' | ':' | 'AND' | 'OR' | 'NOT' | '-' | '+' | 'end' }
  | { kind: 'text'; value: Value }

const deepest = 50

/**
 * Reads Auth0's user search syntax, a subset of Lucene's: terms, "phrases", field:value, `*`, AND, OR, NOT, groups, ranges, `_exists_`,
 * backslash escapes (Auth0, "User Search Query Syntax"). Terms that stand side by side must all match.
 * @throws QuerySyntaxError
 */
export function parseQuery(text: string): Query {
  const tokens = tokenize(text)
  let at = 0
  const peek = () => tokens[at] ?? { kind: 'end' as const }
  const take = () => tokens[at++] ?? { kind: 'end' as const }
  const expect = (kind: Token['kind']) => {
    if (take().kind !== kind) throw new QuerySyntaxError(`expected ${kind}`)
  }

  const either = (field: string | undefined, depth: number): Query => {
    if (depth > deepest) throw new QuerySyntaxError('too deeply nested')
    const parts = [all(field, depth)]
    while (peek().kind === 'OR') {
      take()
      parts.push(all(field, depth))
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts }
  }
  const all = (field: string | undefined, depth: number): Query => {
    const parts = [negated(field, depth)]
    for (;;) {
      const { kind } = peek()
      if (kind === 'AND') take()
      else if (kind === 'OR' || kind === ')' || kind === 'end') break
      parts.push(negated(field, depth))
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', parts }
  }
  const negated = (field: string | undefined, depth: number): Query => {
    if (depth > deepest) throw new QuerySyntaxError('too deeply nested')
    const { kind } = peek()
    if (kind === 'NOT' || kind === '-') {
      take()
      return { kind: 'not', part: negated(field, depth + 1) }
    }
    if (kind === '+') take()
    return primary(field, depth)
  }
  const primary = (field: string | undefined, depth: number): Query => {
    const token = take()
    if (token.kind === '(') {
      const inner = either(field, depth + 1)
      expect(')')
      return inner
    }
    if ((token.kind === '[' || token.kind === '{') && field !== undefined) return range(field, token.kind === '[')
    if (token.kind !== 'text') throw new QuerySyntaxError(`unexpected ${token.kind}`)
    if (field !== undefined || peek().kind !== ':') return { kind: 'match', field, value: token.value }
    take()
    const name = token.value.pieces.join('*')
    if (token.value.isPhrase || token.value.pieces.length > 1) throw new QuerySyntaxError(`${name} is not a field`)
    if (name === '_exists_') {
      const named = take()
      if (named.kind !== 'text') throw new QuerySyntaxError('_exists_ needs a field')
      return { kind: 'exists', field: named.value.pieces.join('*') }
    }
    return primary(name, depth + 1)
  }
  const range = (field: string, isLowInclusive: boolean): Query => {
    const low = bound()
    const to = take()
    if (to.kind !== 'text' || to.value.pieces.join('*') !== 'TO') throw new QuerySyntaxError('a range needs TO')
    const high = bound()
    const end = take().kind
    if (end !== ']' && end !== '}') throw new QuerySyntaxError('a range needs its end')
    return {
      kind: 'range',
      field,
      low: { text: low, isInclusive: isLowInclusive },
      high: { text: high, isInclusive: end === ']' },
    }
  }
  const bound = (): string | undefined => {
    const token = take()
    if (token.kind !== 'text') throw new QuerySyntaxError('a range needs two ends')
    const { pieces } = token.value
    if (pieces.length === 1) return pieces[0]
    if (pieces.every((piece) => piece === '')) return undefined
    throw new QuerySyntaxError('no wildcard within a range')
  }

  const query = either(undefined, 0)
  if (peek().kind !== 'end') throw new QuerySyntaxError(`unexpected ${peek().kind}`)
  return query
}

const marks = '()[]{}:'

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let isInRange = false
  while (at < text.length) {
    const character = text.charAt(at)
    if (/\s/.test(character)) {
      at += 1
    } else if (marks.includes(character) && !(isInRange && character === ':')) {
      if (character === '[' || character === '{') isInRange = true
      if (character === ']' || character === '}') isInRange = false
      tokens.push({ kind: character as '(' })
      at += 1
    } else if (character === '"') {
      const end = closingQuote(text, at)
      tokens.push({ kind: 'text', value: { pieces: [unescape(text.slice(at + 1, end))], isPhrase: true } })
      at = end + 1
    } else if ((character === '-' || character === '+') && !isInRange) {
      tokens.push({ kind: character })
      at += 1
    } else if (character === '!' || text.startsWith('&&', at) || text.startsWith('||', at)) {
      tokens.push({ kind: character === '!' ? 'NOT' : character === '&' ? 'AND' : 'OR' })
      at += character === '!' ? 1 : 2
    } else {
      const [word, end] = readWord(text, at, isInRange)
      at = end
      const plain = word.pieces.join('*')
      const isOperator = plain === 'AND' || plain === 'OR' || plain === 'NOT'
      tokens.push(isOperator ? { kind: plain } : { kind: 'text', value: word })
    }
  }
  return tokens
}

function readWord(text: string, start: number, isInRange: boolean): [Value, number] {
  const pieces = ['']
  let at = start
  while (at < text.length) {
    const character = text.charAt(at)
    if (/\s|"/.test(character) || (marks.includes(character) && !(isInRange && character === ':'))) break
    if (character === '*') {
      pieces.push('')
    } else {
      if (character === '\\') at += 1
      if (at >= text.length) throw new QuerySyntaxError('ends with a backslash')
      pieces[pieces.length - 1] += text.charAt(at)
    }
    at += 1
  }
  return [{ pieces, isPhrase: false }, at]
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at
  }
  throw new QuerySyntaxError('a quote is not closed')
}

const unescape = (text: string) => text.replace(/\\(.)/gs, '$1')
