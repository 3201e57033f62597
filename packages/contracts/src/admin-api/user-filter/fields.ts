import type { UserField } from './user-filter.ts'

export type UserFieldKind = 'text' | 'boolean' | 'number' | 'moment' | 'day' | 'reference' | 'metadata'

export interface UserFieldInfo {
  kind: UserFieldKind
  /** Whether a list can be sorted by it. */
  isSortable?: true
  /** Text that is compared to the letter; other text is folded. */
  isExact?: true
  /** Other names it may be written by; capitals and underscores make no difference (`createdAt` is `created_at`). */
  aliases?: string[]
}

/** What can be asked of a user. The names are Auth0's where it has one. */
export const userFields: Readonly<Record<string, UserFieldInfo>> = {
  user_id: { kind: 'text', isExact: true, aliases: ['id'] },
  email: { kind: 'text', isSortable: true, aliases: ['mail'] },
  'email.domain': { kind: 'text', aliases: ['domain'] },
  /** Another user has the same address. */
  email_shared: { kind: 'boolean', aliases: ['duplicate', 'duplicates'] },
  /** Another user has the same address, and has signed in. */
  email_used_elsewhere: { kind: 'boolean' },
  name: { kind: 'text', isSortable: true },
  nickname: { kind: 'text', aliases: ['nick'] },
  username: { kind: 'text' },
  given_name: { kind: 'text', aliases: ['firstname'] },
  family_name: { kind: 'text', aliases: ['lastname', 'surname'] },
  phone_number: { kind: 'text', aliases: ['phone'] },
  connection: { kind: 'text', isExact: true },
  'identities.connection': { kind: 'text', isExact: true },
  'identities.provider': { kind: 'text', isExact: true, aliases: ['provider'] },
  'identities.user_id': { kind: 'text', isExact: true },
  email_verified: { kind: 'boolean', aliases: ['verified', 'isemailverified'] },
  phone_verified: { kind: 'boolean', aliases: ['isphoneverified'] },
  blocked: { kind: 'boolean', aliases: ['isblocked'] },
  mfa: { kind: 'boolean', aliases: ['hasmfa'] },
  /** They are blocked and hidden until they are deleted; a list shows them only if this is asked for. */
  deletion_scheduled: { kind: 'boolean', aliases: ['scheduled'] },
  created_at: { kind: 'moment', isSortable: true, aliases: ['created', 'signedup'] },
  updated_at: { kind: 'moment', aliases: ['updated'] },
  last_login: { kind: 'moment', isSortable: true, aliases: ['lastloginat', 'lastseen'] },
  last_ip: { kind: 'text', isExact: true, aliases: ['ip'] },
  logins_count: { kind: 'number', isSortable: true, aliases: ['logins', 'logincount'] },
  role: { kind: 'reference', aliases: ['roles'] },
  organization: { kind: 'reference', aliases: ['organizations', 'organizationid', 'org', 'orgs'] },
  /** What staff have said of them; a note is found by any part of it. */
  tag: { kind: 'reference', aliases: ['tags'] },
  note: { kind: 'reference', aliases: ['notes'] },
  signed_in_on: { kind: 'day', aliases: ['signedin'] },
  failed_on: { kind: 'day', aliases: ['failed'] },
  app_metadata: { kind: 'metadata' },
  user_metadata: { kind: 'metadata' },
}

const keyOf = (written: string) => written.toLowerCase().replaceAll('_', '')
const byKey = new Map(
  Object.entries(userFields).flatMap(([field, { aliases = [] }]) =>
    [field, ...aliases].map((name) => [keyOf(name), field] as const),
  ),
)

/**
 * @param ownFields the paths of fields that have names of a team's own, by name
 * @returns the field that a name or one of its aliases means; of metadata with the path as it is written
 */
export function findUserField(written: string, ownFields?: ReadonlyMap<string, UserField>): UserField | undefined {
  const plain =
    byKey.get(keyOf(written)) ?? [...(ownFields ?? [])].find(([name]) => keyOf(name) === keyOf(written))?.[1]
  if (plain !== undefined) return plain
  const dot = written.indexOf('.')
  const table = byKey.get(keyOf(written.slice(0, dot)))
  if (dot < 0 || table === undefined || userFields[table]?.kind !== 'metadata') return undefined
  const field = table + written.slice(dot)
  return metadataPath(field).includes('') ? undefined : field
}

export function infoOf(field: UserField): UserFieldInfo {
  return userFields[field] ?? { kind: 'metadata' }
}

/** @returns the keys below `app_metadata` or `user_metadata` */
export function metadataPath(field: UserField): string[] {
  const keys = field.match(/(?:\\.|[^.\\])+|(?<=\.)(?=\.|$)/gs) ?? []
  return keys.slice(1).map((key) => key.replace(/\\(.)/gs, '$1'))
}

/** @param keys from `app_metadata` or `user_metadata` on, each as it stands in the data */
export function metadataField(keys: string[]): UserField {
  return keys.map((key) => key.replace(/[.\\]/g, String.raw`\$&`)).join('.')
}

/** @returns at most three fields that may have been meant by a name that is none */
export function nearUserFields(written: string): UserField[] {
  const key = keyOf(written)
  const near = [...byKey].flatMap(([name, field]) => {
    const steps = name.startsWith(key) || key.startsWith(name) ? 1 : distance(name, key)
    return steps <= Math.min(2, key.length / 2) ? [{ field, steps }] : []
  })
  return [...new Set(near.sort((one, other) => one.steps - other.steps).map(({ field }) => field))].slice(0, 3)
}

/** How many letters must be added, left out or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_unused, index) => index)
  for (let i = 0; i < one.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j += 1) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1)))
    }
    row = next
  }
  return row[other.length] ?? 0
}
