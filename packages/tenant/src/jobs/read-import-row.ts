import { z } from 'zod'
import { textOf } from '../management/validate.ts'
import { isStorable } from '../storable.ts'
import { CustomPasswordHash } from '../users/imported-hash.ts'
import { appMetadata, metadata } from '../users/user-input.ts'

const MfaFactor = z.union([
  z.strictObject({ totp: z.strictObject({ secret: z.string().regex(/^[A-Z2-7]{16,128}$/) }) }),
  z.strictObject({ phone: z.strictObject({ value: z.string().regex(/^\+[0-9]{1,15}$/) }) }),
  z.strictObject({ email: z.strictObject({ value: z.email() }) }),
])
/** A row of an import (Auth0, "Bulk Import Database Schema"). */
const ImportRow = z.strictObject({
  email: z.email().max(320).optional(),
  email_verified: z.boolean().optional(),
  user_id: z.string().min(1).max(255).regex(/^\S+$/).optional(),
  username: z.string().min(1).max(128).optional(),
  given_name: z.string().max(150).optional(),
  family_name: z.string().max(150).optional(),
  name: z.string().max(300).optional(),
  nickname: z.string().max(300).optional(),
  picture: z.url().max(8192).optional(),
  phone_number: z.string().regex(/^\+[0-9]{1,15}$/).optional(),
  phone_verified: z.boolean().optional(),
  blocked: z.boolean().optional(),
  password_hash: z.string().regex(/^\$2[ab]\$10\$.{53}$/).optional(),
  custom_password_hash: CustomPasswordHash.optional(),
  user_metadata: metadata.optional(),
  app_metadata: appMetadata.optional(),
  mfa_factors: z.array(MfaFactor).min(1).max(10).optional(),
}) // prettier-ignore
export type ImportRow = z.infer<typeof ImportRow>
export type ImportedFactor = z.infer<typeof MfaFactor>

/** What is wrong with a row, as Auth0 says it. */
export interface RowError {
  code: string
  message: string
  path?: string
}

/** @returns who is to be imported, or what is wrong with the row */
export function readImportRow(row: unknown): ImportRow | RowError[] {
  if (!isStorable(JSON.stringify(row)?.replaceAll('\\u0000', '\0') ?? ''))
    return [{ code: 'NOT_PASSED', message: 'The row holds characters that cannot be stored' }]
  const read = ImportRow.safeParse(row, { reportInput: true })
  if (!read.success) return read.error.issues.map(toRowError)
  const user = read.data
  if (user.email === undefined && user.username === undefined && user.phone_number === undefined)
    return [{ code: 'ANY_OF_MISSING', message: 'Data does not match any schemas from "anyOf"' }]
  if (user.password_hash !== undefined && user.custom_password_hash !== undefined)
    return [{ code: 'NOT_PASSED', message: 'password_hash and custom_password_hash cannot be used together' }]
  return user
}

/** In the words of the validator that Auth0 uses. */
function toRowError(issue: z.core.$ZodIssue): RowError {
  const path = issue.path.map(String).join('.')
  const at = path === '' ? {} : { path }
  switch (issue.code) {
    case 'unrecognized_keys':
      return { code: 'OBJECT_ADDITIONAL_PROPERTIES', message: `Additional properties not allowed: ${issue.keys.join(',')}`, ...at } // prettier-ignore
    case 'invalid_type':
      return issue.input === undefined
        ? { code: 'OBJECT_REQUIRED', message: `Missing required property: ${String(issue.path.at(-1) ?? '')}`, ...at }
        : {
            code: 'INVALID_TYPE',
            message: `Expected type ${issue.expected} but found type ${nameOf(issue.input)}`,
            ...at,
          }
    case 'too_big':
      if (issue.origin === 'array') return { code: 'ARRAY_LENGTH_LONG', message: `Array is too long, maximum ${issue.maximum}`, ...at } // prettier-ignore
      if (issue.origin === 'string') return { code: 'MAX_LENGTH', message: `String is too long (${textOf(issue.input).length} chars), maximum ${issue.maximum}`, ...at } // prettier-ignore
      return {
        code: 'MAXIMUM',
        message: `Value ${textOf(issue.input)} is greater than maximum ${issue.maximum}`,
        ...at,
      }
    case 'too_small':
      if (issue.origin === 'array') return { code: 'ARRAY_LENGTH_SHORT', message: `Array is too short, minimum ${issue.minimum}`, ...at } // prettier-ignore
      if (issue.origin === 'string') return { code: 'MIN_LENGTH', message: `String is too short (${textOf(issue.input).length} chars), minimum ${issue.minimum}`, ...at } // prettier-ignore
      return { code: 'MINIMUM', message: `Value ${textOf(issue.input)} is less than minimum ${issue.minimum}`, ...at }
    case 'invalid_format':
      return issue.format === 'regex'
        ? { code: 'PATTERN', message: `String does not match pattern ${issue.pattern ?? ''}`, ...at }
        : {
            code: 'FORMAT',
            message: `Object didn't pass validation for format ${issue.format}: ${textOf(issue.input)}`,
            ...at,
          }
    case 'invalid_value':
      return { code: 'ENUM_MISMATCH', message: `No enum match for: ${textOf(issue.input)}`, ...at }
    case 'invalid_union':
      return path.startsWith('mfa_factors')
        ? { code: 'MFA_FACTORS_FAILED', message: 'The factor is not one that can be imported', ...at }
        : { code: 'ANY_OF_MISSING', message: 'Data does not match any schemas from "anyOf"', ...at }
    default:
      return { code: 'NOT_PASSED', message: issue.message, ...at }
  }
}

const nameOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
