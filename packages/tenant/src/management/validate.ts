import { isStorable } from '../storable.ts'
import { z } from 'zod'
import { badRequest } from './management-error.ts'

const kinds = {
  body: { label: 'Payload', errorCode: 'invalid_body' },
  query: { label: 'Query', errorCode: 'invalid_query_string' },
  path: { label: 'Path', errorCode: 'invalid_uri' },
} as const

/**
 * Checks what a caller sent and says the first fault in Auth0's words: `Payload validation error: 'Missing required property: email'.`
 * @throws ManagementError 400
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: keyof typeof kinds,
): z.output<Schema> {
  const given = where === 'body' && value === undefined ? {} : value
  const result = schema.safeParse(given, { reportInput: true })
  const { label, errorCode } = kinds[where]
  const fault = result.success ? unstorable(given) : result.error.issues[0]
  if (result.success && fault === undefined) return result.data
  const path = fault?.path ?? []
  const isMissing = fault?.code === 'invalid_type' && fault.input === undefined && path.length > 0
  const place = isMissing ? path.slice(0, -1) : path
  const on = place.length > 0 ? ` on property ${nameOf(place)}${descriptionOf(schema, place)}` : ''
  throw badRequest(`${label} validation error: '${reasonOf(fault)}'${on}.`, errorCode)
}

type Issue = z.core.$ZodIssue

function reasonOf(issue: Issue | undefined): string {
  if (!issue) return 'Invalid'
  if (issue.code === 'unrecognized_keys') return `Additional properties not allowed: ${issue.keys.join(',')}`
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return `Missing required property: ${String(issue.path.at(-1) ?? '')}`
    return `Expected type ${issue.expected} but found type ${typeOf(issue.input)}`
  }
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return `String is too long (${textOf(issue.input).length} chars), maximum ${issue.maximum}`
  }
  if (issue.code === 'too_small' && issue.origin === 'string') {
    return `String is too short (${textOf(issue.input).length} chars), minimum ${issue.minimum}`
  }
  if (issue.code === 'too_big') return `Value ${textOf(issue.input)} is greater than maximum ${issue.maximum}`
  if (issue.code === 'too_small') return `Value ${textOf(issue.input)} is less than minimum ${issue.minimum}`
  if (issue.code === 'invalid_format' && issue.format !== 'regex') {
    return `Object didn't pass validation for format ${issue.format}: ${textOf(issue.input)}`
  }
  if (issue.code === 'invalid_format') return `String does not match pattern: ${issue.pattern ?? ''}`
  if (issue.code === 'invalid_value') return `No enum match for: ${textOf(issue.input)}`
  return issue.message
}

/** What was given, as a refusal quotes it: an object has a `toString` of its own only if its sender put it there. */
export const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, 500) : String(value)

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function nameOf(path: PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')
}

/** The property's own description, which an optional or nullable one carries inside. */
function descriptionOf(schema: z.ZodType, path: PropertyKey[]): string {
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}
  const name = String(path[0])
  let property = Object.hasOwn(shape, name) ? shape[name] : undefined
  while (property && property.meta()?.description === undefined && 'unwrap' in property) {
    property = (property as z.ZodOptional<z.ZodType>).unwrap()
  }
  const description = property?.meta()?.description
  return description === undefined ? '' : ` (${description})`
}

/** Text that PostgreSQL cannot keep: a NUL, or half of a surrogate pair, however deep. */
function unstorable(value: unknown, path: PropertyKey[] = []): Issue | undefined {
  if (typeof value === 'string') {
    if (isStorable(value)) return undefined
    return { code: 'custom', path, input: value, message: 'String holds characters that cannot be stored' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    const fault = unstorable(key, path) ?? unstorable(member, [...path, key])
    if (fault) return fault
  }
  return undefined
}
