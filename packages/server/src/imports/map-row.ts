import { randomBytes } from 'node:crypto'
import { foldText, type ImportColumn, type ImportFormat } from '@rollcall/contracts/admin-api'
import { storable, storableJson } from '../store/storable.ts'
import { ImportedUser } from './imported-user.ts'

export interface ReadRow {
  place: number
  line: number
  /** JSON; null: it could not be read, for this reason. */
  content: string | null
  fault: string | null
}

/** Whom a row is to become. */
export interface MappedRow {
  place: number
  line: number
  email: string | null
  username: string | null
  userId: string | null
  newId: string | null
  /** The JSON that is sent; null: there is a problem. */
  content: string | null
  hasPassword: boolean
  problem: { code: string; message: string } | null
}

const faults: Record<string, string> = {
  'not-json': 'The line is not JSON.',
  'not-an-object': 'The row is not an object.',
  'too-deep': 'The row is nested too deeply.',
}

/** Makes of a row of the file what is sent to the tenant, or finds out what is wrong with it. */
export function mapRow(row: ReadRow, plan: { columns: readonly ImportColumn[]; format: ImportFormat }): MappedRow {
  const { place, line } = row
  const nobody = { place, line, email: null, username: null, userId: null, newId: null, content: null, hasPassword: false } // prettier-ignore
  if (row.content === null) {
    const code = row.fault ?? 'not-json'
    return { ...nobody, problem: { code, message: faults[code] ?? 'The row cannot be read.' } }
  }
  const file = JSON.parse(row.content) as string[] | Record<string, unknown>
  if (Array.isArray(file) && !isWhole(file, plan.columns.length)) {
    const message = `The row has ${file.length} cells, and there are ${plan.columns.length} columns.`
    return { ...nobody, problem: { code: 'columns-differ', message } }
  }
  const { user, problems } = gather(file, plan.columns)
  const named = { email: shownText(user.email), username: shownText(user.username), userId: shownText(user.user_id) }
  const content = JSON.stringify(user)
  if (problems.length === 0) problems.push(...problemsOf(user, content))
  const [first] = problems
  if (first) {
    const message = problems.map((problem) => problem.message).join(' ').slice(0, 500) // prettier-ignore
    return { ...nobody, ...named, problem: { code: first.code, message } }
  }
  return {
    ...nobody,
    ...named,
    username: named.username?.toLowerCase() ?? null,
    // An id of our own where there is none: whatever is sent twice is then taken once, and found again.
    newId: named.userId === null ? randomBytes(12).toString('hex') : null,
    content,
    hasPassword: user.password_hash !== undefined || user.custom_password_hash !== undefined,
    problem: null,
  }
}

/** Spreadsheets end a row with empty cells, or leave them out of some; a full cell too many has slipped. */
const isWhole = (cells: readonly string[], columns: number) =>
  cells.length >= columns && cells.slice(columns).every((cell) => cell === '')

const shownText = (value: unknown) => (typeof value === 'string' ? storable(value).slice(0, 320) : null)

export const emailKeyOf = (email: string | null) => (email === null ? null : foldText(email))

interface Problem {
  code: string
  message: string
}

/** The members of the user, each as the file has it. */
function gather(
  file: string[] | Record<string, unknown>,
  columns: readonly ImportColumn[],
): { user: Record<string, unknown>; problems: Problem[] } {
  const user: Record<string, unknown> = {}
  const metadata = { user_metadata: new Map<string, unknown>(), app_metadata: new Map<string, unknown>() }
  const problems: Problem[] = []
  for (const [at, { column, to, as }] of columns.entries()) {
    if (to === null) continue
    const given = Array.isArray(file) ? cellOf(file[at] ?? '', to, as) : valueOf(file, column)
    if (given === undefined || given === null) continue
    if (given instanceof CannotRead) {
      problems.push({ code: `${to.split('.', 1)[0]}-invalid`, message: `${to}: ${given.message}` })
      continue
    }
    const [table = '', key] = to.split(/\.(.*)/s, 2)
    if ((table === 'user_metadata' || table === 'app_metadata') && key !== undefined) metadata[table].set(key, given)
    else user[to] = given
  }
  for (const [table, keys] of Object.entries(metadata)) {
    if (keys.size === 0) continue
    const whole = user[table]
    const others = typeof whole === 'object' && whole !== null ? Object.entries(whole) : []
    user[table] = Object.fromEntries([...others, ...keys])
  }
  const [provider, id] = typeof user.user_id === 'string' ? user.user_id.split(/\|(.*)/s, 2) : []
  if (id !== undefined && provider === 'auth0') user.user_id = id
  else if (id !== undefined) problems.push({ code: 'other-provider', message: 'Is of another identity provider: only users of a database are imported.' }) // prettier-ignore
  return { user, problems }
}

const valueOf = (file: Record<string, unknown>, column: string) => (Object.hasOwn(file, column) ? file[column] : undefined) // prettier-ignore

class CannotRead {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const kinds: Record<string, ImportColumn['as']> = {
  email_verified: 'boolean',
  phone_verified: 'boolean',
  blocked: 'boolean',
  user_metadata: 'json',
  app_metadata: 'json',
  custom_password_hash: 'json',
  mfa_factors: 'json',
}

function cellOf(cell: string, to: string, as: ImportColumn['as']): unknown {
  // What exports put before a text, lest a spreadsheet take it for a formula, is no part of it.
  const text = /^'[=+@\t\r-]/.test(cell) ? cell.slice(1) : cell
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  switch (kinds[to] ?? as) {
    case 'boolean':
      if (/^(true|t|yes|y|1)$/i.test(trimmed)) return true
      if (/^(false|f|no|n|0)$/i.test(trimmed)) return false
      return new CannotRead('Expected true or false.')
    case 'number': {
      const number = Number(trimmed)
      return Number.isFinite(number) ? number : new CannotRead('Expected a number.')
    }
    case 'json':
      try {
        return JSON.parse(trimmed) as unknown
      } catch {
        return new CannotRead('Is not JSON.')
      }
    default:
      return to.includes('.') ? text : trimmed
  }
}

function problemsOf(user: Record<string, unknown>, content: string): Problem[] {
  if (content.includes('\\u') && storableJson(user) !== content)
    return [{ code: 'not-storable', message: 'Holds a NUL, or half of a character.' }]
  // Within a string its quotation marks would be escaped. What walks objects carelessly takes it for something else than a key.
  if (content.includes('"__proto__":')) return [{ code: 'key-not-taken', message: 'Holds the key __proto__.' }]
  const read = ImportedUser.safeParse(user)
  if (!read.success) {
    const faultsOf = read.error.issues.map(({ path, message }) => {
      const [field = ''] = path.map(String)
      // A fault inside a password hash or a second factor is told without its place: what stands there is nobody's business.
      return { code: `${field}-invalid`, message: `${field}: ${path.length > 1 ? (inner[field] ?? message) : message}` }
    })
    return [...new Map(faultsOf.map((fault) => [fault.message, fault])).values()]
  }
  const { email, username, phone_number: phone } = read.data
  if (email === undefined && username === undefined && phone === undefined)
    return [{ code: 'no-identifier', message: 'Has neither an e-mail address nor a username nor a phone number.' }]
  return []
}

const inner: Record<string, string> = {
  custom_password_hash: 'Is no password hash that Auth0 takes.',
  mfa_factors: 'Is no second factor that Auth0 takes.',
}
