import { findUserField, infoOf, metadataPath, nearUserFields } from './fields.ts'
import { foldText } from './fold-text.ts'
import { readMoment } from './moment-span.ts'
import { joinFilters } from './user-filter.ts'
import type { Bound, BoundValue, UserField, UserFilter } from './user-filter.ts'

/** Why a text is no filter, in a sentence for the person who wrote it. */
export class UserFilterFault extends Error {
  override readonly name = 'UserFilterFault'
  /** Which part of the text is meant: from its first character up to, not including, `to`. */
  readonly from: number
  readonly to: number

  constructor(message: string, from: number, to: number) {
    super(message)
    this.from = from
    this.to = to
  }
}

const longest = 2000
const deepest = 30
const mostParts = 200

/** What is written at one place: pieces with a `*` between them, or a phrase in quotes. */
interface Word {
  pieces: string[]
  isQuoted: boolean
  from: number
}

/**
 * Reads what somebody typed (docs/filters.md). What is half-typed is read as far as it has a meaning; no text is everybody.
 * @param ownFields the paths of fields that have names of a team's own, by name
 * @throws UserFilterFault where no reading is sane: an unknown field, a value that is none of the field's kind, a `)` too many
 */
export function parseUserFilter(source: string, ownFields?: ReadonlyMap<string, UserField>): UserFilter {
  if (source.length > longest) {
    throw new UserFilterFault(`A filter has at most ${longest} characters. Leave some out.`, longest, source.length)
  }
  const text = source.toWellFormed() // half a character is none, and no store takes it
  let at = 0
  let depth = 0
  let parts = 0

  const fault: (message: string, from: number, to?: number) => never = (message, from, to = at) => {
    throw new UserFilterFault(message, from, Math.max(to, from))
  }
  const strange = /(?!\s)\p{Cc}/u.exec(text)
  if (strange) fault('There is a control character here. Delete it.', strange.index, strange.index + 1)

  /** Steps over what the pattern says is here. @returns what it was */
  const take = (pattern: RegExp): string | undefined => {
    const sticky = new RegExp(pattern, `${pattern.flags}y`)
    sticky.lastIndex = at
    const found = sticky.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const skipSpace = () => take(/\s*/)
  const isNext = (pattern: RegExp) => {
    const before = at
    const isHere = take(pattern) !== undefined
    at = before
    return isHere
  }
  const isAtEnd = () => at >= text.length
  /** How deep it goes is bounded, so that no text can exhaust the stack. */
  const deeper = <Result>(read: () => Result): Result => {
    depth += 1
    if (depth > deepest) fault(`This is nested more than ${deepest} deep. Take some brackets away.`, at, at + 1)
    const result = read()
    depth -= 1
    return result
  }
  const counted = (filter: UserFilter | undefined): UserFilter | undefined => {
    parts += 1
    if (parts > mostParts) fault(`A filter has at most ${mostParts} parts. Leave some out.`, at)
    return filter
  }

  const fieldCalled = (name: string) => findUserField(unescapeName(name), ownFields)

  function either(field?: UserField): UserFilter | undefined {
    const found: UserFilter[] = []
    do {
      const part = every(field)
      if (part) found.push(part)
    } while (take(or) !== undefined)
    return found.length > 0 ? joinFilters('any', found) : undefined
  }

  function every(field?: UserField): UserFilter | undefined {
    const found: UserFilter[] = []
    for (;;) {
      skipSpace()
      if (isAtEnd() || text[at] === ')' || isNext(or)) break
      if (take(and) !== undefined) continue
      const part = negated(field)
      if (part) found.push(part)
    }
    return found.length > 0 ? joinFilters('all', found) : undefined
  }

  function negated(field?: UserField): UserFilter | undefined {
    if (take(not) === undefined) {
      // Lucene's "must be there": everything must.
      take(/\+(?=[\p{L}_"(])/u)
      return primary(field)
    }
    skipSpace()
    if (isAtEnd() || text[at] === ')' || isNext(or) || isNext(and)) return undefined
    const of = deeper(() => negated(field))
    return of && { kind: 'not', of }
  }

  function primary(field?: UserField): UserFilter | undefined {
    if (take(/\(/) !== undefined) {
      const inner = deeper(() => either(field))
      take(/\)/)
      return inner
    }
    return counted(field === undefined ? free() : value(field))
  }

  /** What stands without a field, or the field that begins here. */
  function free(): UserFilter | undefined {
    const from = at
    const name = take(/(?:[^\s()":\\]|\\.)+(?=:)/su)
    if (name !== undefined) {
      at += 1
      if (/^(_exists_|has)$/i.test(name)) return { kind: 'exists', field: named() }
      const field = fieldCalled(name)
      if (field !== undefined) return fielded(field, from)
      // `http://…`, `12:30` and `re: …` are text; what looks like a field and is none is a slip.
      if (/^[a-z_][\w.]*$/i.test(name) && isNext(/[^\s)/]/)) fault(noSuchField(name), from, from + name.length)
      at = from
    }
    return plain(word(plainWord))
  }

  function plain({ pieces, isQuoted, from }: Word): UserFilter | undefined {
    if (!isQuoted && /^\*+(:\**)?$/.test(pieces.join('*'))) return { kind: 'all', of: [] }
    const inner = pieces.filter((piece, index) => piece !== '' || (index > 0 && index < pieces.length - 1))
    if (inner.length > 1) fault('A * within a word needs a field, such as name:jo*n.', from)
    const sought = isQuoted ? inner.join('') : inner.join('').replace(/[,;:]+$/, '')
    // Nobody is found by a hyphen or a quote alone: somebody is typing.
    const isNothing = isQuoted ? foldText(sought) === '' : /^[!-/:-@[-`{-~\p{Cf}]*$/u.test(sought)
    return isNothing ? undefined : { kind: 'text', text: sought }
  }

  /** The field that `_exists_:` asks for. */
  function named(): UserField {
    const from = at
    const name = take(/(?:[^\s()"\\]|\\.)+/su) ?? ''
    const field = fieldCalled(name)
    return field ?? fault(name === '' ? 'Here a field is missing, such as has:email.' : noSuchField(name), from)
  }

  function fielded(field: UserField, from: number): UserFilter | undefined {
    const isApart = skipSpace() !== ''
    if (metadataPath(field).length === 0 && infoOf(field).kind === 'metadata') {
      fault(`Say which key of ${field} is meant, such as ${field}.plan:gold.`, from)
    }
    const isMissing = isNext(/"?\s*$|\)/) || (isApart && (isNext(or) || isNext(and)))
    const read = () => (text[at] === '(' ? primary(field) : counted(value(field)))
    const found = isMissing ? undefined : read()
    return found ?? fault(`${field} needs a value, such as ${field}:${exampleOf(field)}.`, from)
  }

  /** A value, a comparison or a range of the field. */
  function value(field: UserField): UserFilter {
    const from = at
    const comparison = take(/[<>]=?/)
    if (comparison !== undefined) {
      skipSpace()
      const limit = bound(field, word(plainWord), comparison.endsWith('='))
      if (!limit) return fault(`After ${comparison} a value is missing.`, from)
      return { kind: 'range', field, ...(comparison.startsWith('>') ? { from: limit } : { to: limit }) }
    }
    if (isNext(/[[{]/)) return range(field)
    return one(field, word(plainWord))
  }

  function range(field: UserField): UserFilter {
    const start = at
    const isFromInclusive = take(/[[{]/) === '['
    const end = /[^\s"\\*\]}]+/u
    skipSpace()
    const from = bound(field, word(end), isFromInclusive)
    if (take(/\s+TO\s+/i) === undefined) fault('A range is written [from TO to], such as [now-30d TO now].', start)
    const high = word(end)
    skipSpace()
    const close = take(/[\]}]/)
    if (close === undefined && !isAtEnd()) fault('A range ends with ] or }.', start)
    const to = bound(field, high, close !== '}')
    if (!from && !to) return { kind: 'exists', field }
    return { kind: 'range', field, ...(from && { from }), ...(to && { to }) }
  }

  /** One value of the field. */
  function one(field: UserField, { pieces, isQuoted, from }: Word): UserFilter {
    const { kind } = infoOf(field)
    const exists: UserFilter = { kind: 'exists', field }
    const isWildcard = pieces.length > 1
    if (isWildcard && pieces.every((piece) => piece === '')) return exists
    const written = pieces.join('*')
    if (kind === 'text' || kind === 'reference') {
      return written === '' ? { kind: 'not', of: exists } : { kind: 'match', field, pieces }
    }
    if (kind === 'metadata') {
      return { kind: 'match', field, pieces, ...(isQuoted && looksLikeScalar(written) && { isText: true }) }
    }
    if (kind === 'boolean') {
      if (/^(true|yes)$/i.test(written)) return { kind: 'is', field, value: true }
      if (/^(false|no)$/i.test(written)) return { kind: 'is', field, value: false }
      return fault(`${field} is true or false, such as ${field}:true.`, from)
    }
    if (kind !== 'number' && /^never$/i.test(written)) return { kind: 'not', of: exists }
    const bounded = { value: boundValue(field, { pieces, isQuoted, from }), isInclusive: true }
    if (kind === 'moment' && bounded.value.kind === 'ago') {
      fault(`${written} is a single moment, at which hardly anybody is found. Write ${field}:>${written}.`, from)
    }
    return { kind: 'range', field, from: bounded, to: bounded }
  }

  /** @returns undefined for `*`, which is open */
  function bound(field: UserField, limit: Word, isInclusive: boolean): Bound | undefined {
    if (limit.pieces.length > 1 && limit.pieces.every((piece) => piece === '')) return undefined
    return { value: boundValue(field, limit), isInclusive }
  }

  function boundValue(field: UserField, { pieces, isQuoted, from }: Word): BoundValue {
    const { kind } = infoOf(field)
    const written = pieces.join('*')
    if (kind === 'boolean' || kind === 'reference')
      fault(`${field} has no order. Write ${field}:${exampleOf(field)}.`, from)
    if (pieces.length > 1) fault('A range has no * within a value. Write the value out.', from)
    if (written === '' && !isQuoted)
      fault(`Here a value is missing, such as ${exampleOf(field).replace('>', '')}.`, from)
    const number = readNumber(written)
    const moment = readMoment(written)
    if (kind === 'number') {
      if (number !== undefined) return { kind: 'number', number }
      return fault(`${field} is a number, such as ${exampleOf(field)}.`, from)
    }
    if (kind === 'moment' || kind === 'day') {
      return (
        moment ??
        fault(`“${written}” is no date. Write 2025, 2025-03, 2025-03-14, 2025-03-14T10:30Z, now or now-30d.`, from)
      )
    }
    if (kind === 'metadata' && !isQuoted) {
      if (number !== undefined) return { kind: 'number', number }
      if (moment?.kind === 'ago') return moment
    }
    return { kind: 'text', text: written }
  }

  /** Reads a phrase in quotes, or up to the first character that the pattern leaves out. */
  function word(inside: RegExp): Word {
    const from = at
    if (take(/"/) !== undefined) {
      const phrase = take(/(?:[^"\\]|\\.)*/su) ?? ''
      take(/\\/) // the last character, with nothing to escape
      const isClosed = take(/"/) !== undefined
      const written = phrase.replace(/\\(.)/gs, '$1')
      return { pieces: [isClosed ? written : written.trimEnd()], isQuoted: true, from }
    }
    const pieces = ['']
    for (;;) {
      if (take(/\*+/) !== undefined) pieces.push('')
      const piece = take(/\\./su)?.slice(1) ?? take(inside)
      if (piece !== undefined) pieces[pieces.length - 1] += piece
      else if (text[at] !== '*') break
    }
    if (at === text.length - 1) take(/\\/)
    return { pieces, isQuoted: false, from }
  }

  const filter = either() ?? { kind: 'all', of: [] }
  if (!isAtEnd()) fault('This ) closes nothing. Delete it, or put ( before it.', at, at + 1)
  return filter
}

const plainWord = /[^\s()"\\*]+/u
const or = /(?:\|\||OR(?=[\s()"]|$))/
const and = /(?:&&|AND(?=[\s()"]|$))/
/** A hyphen or an exclamation mark negates what it touches. */
const not = /(?:NOT(?=[\s()"]|$)|[!-](?=[^\s)]))/

/** A dot or a backslash within a key keeps its backslash: it is part of how a field is named. */
const unescapeName = (name: string) =>
  name.replace(/\\(.)/gs, (pair, character: string) => (/[.\\]/.test(character) ? pair : character))

/** @returns undefined for what is no number, or one that a double does not hold to the unit */
export function readNumber(text: string): number | undefined {
  const number = /^-?\d+(\.\d{1,6})?$/.test(text) ? Number(text) + 0 : undefined
  return number !== undefined && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined
}

/** Whether text would be taken for a number or a boolean when it is not in quotes. */
export function looksLikeScalar(text: string): boolean {
  return text === 'true' || text === 'false' || readNumber(text) !== undefined
}

function noSuchField(name: string): string {
  const near = nearUserFields(name)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  return `There is no field ${name}. ${hint}Text with a colon in it goes in quotes.`
}

function exampleOf(field: UserField): string {
  switch (infoOf(field).kind) {
    case 'boolean':
      return 'true'
    case 'number':
      return '5'
    case 'moment':
      return '>now-30d'
    case 'day':
      return '2025-03-14'
    default:
      return 'ada'
  }
}
