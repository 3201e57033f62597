import type { JsonObject, JsonValue } from '../schema.ts'
import { isJsonObject } from '../schema.ts'

/** One thing a password must do, in the words and codes of Auth0's answers. */
export interface PasswordRule {
  message: string
  format?: (string | number)[]
  code: string
  verified: boolean
  items?: PasswordRule[]
}

/** How a password does against its connection's rules. */
export interface PasswordVerdict {
  verified: boolean
  rules: PasswordRule[]
  /** The rules as text, a line each. */
  policy: string
}

export interface PasswordOwner {
  email?: string | null | undefined
  username?: string | null | undefined
  name?: string | null | undefined
  nickname?: string | null | undefined
  given_name?: string | null | undefined
  family_name?: string | null | undefined
}

/** Longer ones cost time to hash and keep nobody out. */
export const longestPassword = 512

const kinds: PasswordRule[] = [
  { message: 'lower case letters (a-z)', code: 'lowerCase', verified: false },
  { message: 'upper case letters (A-Z)', code: 'upperCase', verified: false },
  { message: 'numbers (i.e. 0-9)', code: 'numbers', verified: false },
  { message: 'special characters (e.g. !@#$%^&*)', code: 'specialCharacters', verified: false },
]
const patterns: Record<string, RegExp> = {
  lowerCase: /[a-z]/,
  upperCase: /[A-Z]/,
  numbers: /\d/,
  specialCharacters: /[^A-Za-z0-9]/,
}

const numberOf = (value: JsonValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined)

/**
 * Holds a password against the policy of its connection (Auth0, "Password Strength in Auth0 Database Connections" and "Password Options").
 * A connection without a policy takes whatever is not empty.
 */
export function checkPolicy(options: JsonObject, password: string, owner: PasswordOwner = {}): PasswordVerdict {
  const rules = [
    ...strength(options, password),
    ...dictionary(options, password),
    ...personal(options, password, owner),
  ]
  return { verified: rules.every(({ verified }) => verified), rules, policy: describe(rules) }
}

function strength(options: JsonObject, password: string): PasswordRule[] {
  const policy = String(options.passwordPolicy ?? 'none')
  const complexity = isJsonObject(options.password_complexity_options) ? options.password_complexity_options : {}
  const flexible = isJsonObject(options.password_options) && isJsonObject(options.password_options.complexity) ? options.password_options.complexity : undefined // prettier-ignore
  const byPolicy = { none: 1, low: 6, fair: 8, good: 8, excellent: 10 }[policy] ?? 1
  const least = numberOf(flexible?.min_length) ?? numberOf(complexity.min_length) ?? byPolicy
  const types = Array.isArray(flexible?.character_types) ? flexible.character_types.length : 0
  const rules = [lengthAtLeast(password, least)]
  if (flexible) {
    if (types > 0) rules.push(containsAtLeast(password, flexible.character_type_rule === 'three_of_four' ? 3 : types, namesOf(flexible))) // prettier-ignore
    if (flexible.identical_characters === 'block') rules.push(identicalChars(password))
    return rules
  }
  if (policy === 'fair') rules.push(containsAtLeast(password, 3, ['lowerCase', 'upperCase', 'numbers']))
  if (policy === 'good' || policy === 'excellent') rules.push(containsAtLeast(password, 3))
  if (policy === 'excellent') rules.push(identicalChars(password))
  return rules
}

const typeNames: Record<string, string> = {
  lowercase: 'lowerCase',
  uppercase: 'upperCase',
  number: 'numbers',
  special: 'specialCharacters',
}
const namesOf = ({ character_types: types }: JsonObject): string[] =>
  (Array.isArray(types) ? types : []).map((type) => typeNames[String(type)] ?? String(type))

const lengthAtLeast = (password: string, least: number): PasswordRule => ({
  message: 'At least %d characters in length',
  format: [least],
  code: 'lengthAtLeast',
  verified: [...password].length >= least && password.length <= longestPassword,
})

function containsAtLeast(password: string, least: number, names = kinds.map(({ code }) => code)): PasswordRule {
  const items = kinds
    .filter(({ code }) => names.includes(code))
    .map((kind) => ({ ...kind, verified: patterns[kind.code]?.test(password) ?? false }))
  const isAll = least >= items.length
  return {
    message: isAll ? 'Should contain:' : 'Contain at least %d of the following %d types of characters:',
    ...(!isAll && { format: [least, items.length] }),
    code: isAll ? 'shouldContain' : 'containsAtLeast',
    items,
    verified: items.filter(({ verified }) => verified).length >= Math.min(least, items.length),
  }
}

const identicalChars = (password: string): PasswordRule => ({
  message: 'No more than %d identical characters in a row (e.g., "%s" not allowed)',
  format: [2, 'aaa'],
  code: 'identicalChars',
  verified: !/(.)\1\1/su.test(password),
})

function dictionary({ password_dictionary: settings }: JsonObject, password: string): PasswordRule[] {
  if (!isJsonObject(settings) || settings.enable !== true) return []
  const words = Array.isArray(settings.dictionary) ? settings.dictionary : []
  const isListed = words.some((word) => String(word).toLowerCase() === password.toLowerCase())
  return [{ message: 'Not a password that is used too often', code: 'dictionary', verified: !isListed }]
}

function personal({ password_no_personal_info: settings }: JsonObject, password: string, owner: PasswordOwner) {
  if (!isJsonObject(settings) || settings.enable !== true) return []
  const parts = [owner.username, owner.name, owner.nickname, owner.given_name, owner.family_name, owner.email?.split('@')[0]]
  const words = parts.flatMap((part) => part?.toLowerCase().split(/\s+/) ?? []).filter((word) => word.length > 2)
  const isFree = !words.some((word) => password.toLowerCase().includes(word))
  return [{ message: 'Nothing of your name or e-mail address', code: 'noPersonalInfo', verified: isFree }]
} // prettier-ignore

/** A rule as a sentence: its numbers in their places. */
export function sayRule({ message, format = [] }: PasswordRule): string {
  const values = [...format]
  return message.replace(/%[ds]/g, () => String(values.shift() ?? ''))
}

const describe = (rules: PasswordRule[]): string =>
  rules.flatMap((rule) => [`* ${sayRule(rule)}`, ...(rule.items ?? []).map((item) => ` * ${sayRule(item)}`)]).join('\n')
