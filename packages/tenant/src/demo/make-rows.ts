import { copyLine } from '@rollcall/database'
import { databaseConnection } from '../bootstrap/bootstrap.ts'
import { avatarPath } from '../users/picture.ts'
import type { Groups } from './groups.ts'
import { makePerson, seededRandom } from './people.ts'
import type { Person } from './people.ts'

/** Users made up here have ids that end in their number, so that a second run knows where the first one stopped. */
const idOf = (number: number) => `5eed${number.toString(16).padStart(20, '0')}`
export const seededId = String.raw`^(initech\|)?5eed0000[0-9a-f]{16}$`
export const numberOf = (id: string): number => Number.parseInt(id.slice(4), 16)

interface Source {
  connection: string
  provider: string
  isSocial: boolean
  weight: number
}
export const sources: Source[] = [
  { connection: databaseConnection, provider: 'auth0', isSocial: false, weight: 55 },
  { connection: 'google-oauth2', provider: 'google-oauth2', isSocial: true, weight: 22 },
  { connection: 'github', provider: 'github', isSocial: true, weight: 8 },
  { connection: 'windowslive', provider: 'windowslive', isSocial: true, weight: 5 },
  { connection: 'initech', provider: 'samlp', isSocial: false, weight: 5 },
  { connection: 'email', provider: 'email', isSocial: false, weight: 3 },
  { connection: 'sms', provider: 'sms', isSocial: false, weight: 2 },
]

/** The columns that rows are made for. */
export const columns = {
  users: [
    'user_id', 'email', 'email_verified', 'username', 'phone_number', 'phone_verified', 'name', 'nickname', 'given_name', 'family_name', 'picture',
    'blocked', 'connection', 'user_metadata', 'app_metadata', 'created_at', 'updated_at', 'last_login', 'last_ip', 'logins_count',
    'multifactor', 'multifactor_last_modified',
  ],
  identities: ['provider', 'identity_id', 'user_id', 'position', 'connection', 'is_social', 'login_email', 'profile_data'],
  user_roles: ['user_id', 'role_id', 'assigned_at'],
  organization_members: ['organization_id', 'user_id', 'added_at'],
  authentication_methods: ['id', 'user_id', 'type', 'confirmed', 'settings', 'enrolled_at', 'created_at'],
} // prettier-ignore
export type Table = keyof typeof columns
/** Lines for COPY. */
export type Rows = Record<Table, string[]>

const day = 86_400_000
const iso = (date: Date | null) => (date === null ? null : date.toISOString())

/** Adds what one user is and has. The same number gives the same user. */
export function makeRows(rows: Rows, number: number, { now, groups }: { now: Date; groups: Groups }): void {
  const { random, person, source, identityId, userId, ...account } = accountOf(number)
  const chance = (probability: number) => random() < probability
  const hasEmail = account.email !== null
  const phone = hasEmail ? null : `+1555${String(number).padStart(7, '0')}`
  // More sign-ups of late, fewer at weekends.
  const createdAt = onWorkday(new Date(now.getTime() - Math.floor(random() ** 1.7 * 3 * 365 * day)), random)
  const hasSignedIn = !chance(0.1)
  const lastLogin = hasSignedIn
    ? new Date(createdAt.getTime() + Math.floor((1 - random() ** 2.5) * (now.getTime() - createdAt.getTime())))
    : null
  // Nobody signs in more than three times a day.
  const mostLogins = Math.min(900, 1 + (3 * (now.getTime() - createdAt.getTime())) / day)
  const logins = hasSignedIn ? 1 + Math.floor(random() ** 3 * mostLogins) : 0
  const plan = pick(random, ['free', 'free', 'free', 'free', 'pro', 'pro', 'team', 'enterprise'])
  const isVerified = hasEmail && !chance(0.2)
  const color = Math.floor(random() * 12)
  const isBlocked = chance(0.04)
  const [newsletter, theme] = [chance(0.4), pick(random, ['light', 'dark', 'system'])]
  const ip = hasSignedIn ? `203.0.113.${Math.floor(random() * 254) + 1}` : null
  const twin = chance(0.03) ? twinOf(number, source) : undefined
  const email = twin?.email ?? account.email
  const { name, givenName, familyName, handle, initials } = twin?.person ?? person
  const hasFactor = chance(0.06)
  rows.users.push(
    copyLine([
      userId,
      email,
      isVerified,
      null,
      phone,
      phone === null ? null : true,
      hasEmail ? name : phone,
      hasEmail ? handle : null,
      givenName,
      familyName,
      `${avatarPath}${initials}.svg?c=${color}`,
      isBlocked ? true : null,
      source.connection,
      JSON.stringify({
        locale: person.locale,
        newsletter,
        theme,
        ...(chance(0.3) && { preferences: { notifications: { email: chance(0.7), sms: chance(0.2) } } }),
      }),
      JSON.stringify({
        plan,
        crm_id: `003X${String(number).padStart(8, '0')}`,
        ...((plan === 'team' || plan === 'enterprise') && {
          seats: (1 + Math.floor(random() * 40)) * 5,
          billing: { country: person.locale.slice(-2), period: pick(random, ['monthly', 'yearly']) },
        }),
        ...(chance(0.2) && { tags: ['vip', 'beta', 'trial', 'churn-risk'].filter(() => chance(0.4)) }),
      }),
      iso(createdAt),
      iso(lastLogin ?? createdAt),
      iso(lastLogin),
      ip,
      logins,
      hasFactor ? '{guardian}' : null,
      hasFactor ? iso(createdAt) : null,
    ]),
  )
  const signsInByEmail = source.provider === 'auth0' || source.provider === 'email'
  rows.identities.push(copyLine([source.provider, identityId, userId, 0, source.connection, source.isSocial, signsInByEmail ? email : null, null])) // prettier-ignore
  if (source.provider === 'auth0' && chance(0.06)) {
    const profile = { email, email_verified: true, name, given_name: givenName, family_name: familyName ?? undefined }
    rows.identities.push(copyLine(['google-oauth2', `1${String(number).padStart(20, '0')}`, userId, 1, 'google-oauth2', true, null, JSON.stringify(profile)])) // prettier-ignore
  }
  if (hasFactor) {
    const settings = { phone_number: `+1555${String(number).padStart(7, '0')}`, preferred_authentication_method: 'sms' }
    rows.authentication_methods.push(copyLine([`phone|5eed${number}`, userId, 'phone', true, JSON.stringify(settings), iso(createdAt), iso(createdAt)])) // prettier-ignore
  }
  for (const role of groups.roles) {
    if (chance(0.04)) rows.user_roles.push(copyLine([userId, role, iso(createdAt)]))
  }
  for (const [place, organization] of groups.organizations.entries()) {
    if (chance(0.08 / (place + 1))) rows.organization_members.push(copyLine([organization, userId, iso(createdAt)]))
  }
}

/** Who a user is and where their account is. What else there is to know of them is drawn from `random`, which goes on. */
function accountOf(number: number) {
  const random = seededRandom(number + 1)
  const person = makePerson(random)
  const source = pickSource(random)
  const isWork = source.provider === 'samlp'
  const domain = isWork
    ? 'initech.example.com'
    : ['example.com', 'example.org', 'example.net', 'mail.example.com'][Math.floor(random() * 4)]
  const identityId = isWork ? `initech|${idOf(number)}` : idOf(number)
  return {
    random,
    person,
    source,
    identityId,
    userId: `${source.provider}|${identityId}`,
    email: source.provider === 'sms' ? null : `${person.handle}${number}@${domain}`,
  }
}

/** Somebody opens a second account with another provider now and then: the same person and address at another connection. */
function twinOf(number: number, source: Source): { email: string; person: Person } | undefined {
  if (number === 0 || source.provider === 'sms') return undefined
  const before = accountOf(number - 1)
  if (before.email === null || before.source.connection === source.connection) return undefined
  return { email: before.email, person: before.person }
}

const totalWeight = sources.reduce((sum, { weight }) => sum + weight, 0)

function pickSource(random: () => number): Source {
  let roll = random() * totalWeight
  const source = sources.find(({ weight }) => (roll -= weight) < 0) ?? sources[0]
  if (!source) throw new Error('There are no sources.')
  return source
}

function pick<Item>(random: () => number, items: Item[]): Item | undefined {
  return items[Math.floor(random() * items.length)]
}

function onWorkday(date: Date, random: () => number): Date {
  const isWeekend = date.getUTCDay() === 0 || date.getUTCDay() === 6
  return isWeekend && random() < 0.6 ? new Date(date.getTime() - 2 * day) : date
}
