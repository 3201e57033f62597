import { openDatabase, copyLine, sql, transaction } from '@rollcall/database'
import type { Database } from '@rollcall/database'
import { databaseConnection } from '../bootstrap/bootstrap.ts'
import { prefixedId } from '../ids.ts'
import { changeEveryone, logChangeOfEveryone } from '../logs/log-unlogged-changes.ts'
import type { TenantSchema } from '../schema.ts'
import { avatarPath } from '../users/picture.ts'
import { makePerson, seededRandom } from './people.ts'

export interface SeedOptions {
  databaseUrl: string
  /** How many users made up by us there shall be in all. */
  users: number
  now: Date
  onProgress?: (progress: { done: number; total: number; rowsPerSecond: number }) => void
}

/** Users made up here have ids that end in their number, so that a second run knows where the first one stopped. */
const idOf = (number: number) => `5eed${number.toString(16).padStart(20, '0')}`

interface Source {
  connection: string
  provider: string
  isSocial: boolean
  weight: number
}
const sources: Source[] = [
  { connection: databaseConnection, provider: 'auth0', isSocial: false, weight: 55 },
  { connection: 'google-oauth2', provider: 'google-oauth2', isSocial: true, weight: 22 },
  { connection: 'github', provider: 'github', isSocial: true, weight: 8 },
  { connection: 'windowslive', provider: 'windowslive', isSocial: true, weight: 5 },
  { connection: 'initech', provider: 'samlp', isSocial: false, weight: 5 },
  { connection: 'email', provider: 'email', isSocial: false, weight: 3 },
  { connection: 'sms', provider: 'sms', isSocial: false, weight: 2 },
]

const day = 86_400_000
const batchSize = 20_000
const userColumns = [
  'user_id', 'email', 'email_verified', 'username', 'phone_number', 'phone_verified', 'name', 'nickname', 'given_name', 'family_name', 'picture',
  'blocked', 'connection', 'user_metadata', 'app_metadata', 'created_at', 'updated_at', 'last_login', 'last_ip', 'logins_count',
] // prettier-ignore
const identityColumns = ['provider', 'identity_id', 'user_id', 'position', 'connection', 'is_social', 'login_email']

/**
 * Fills the tenant with believable users, by COPY. Goes on where an earlier run ended.
 * @returns how many were added
 */
export async function seedUsers(options: SeedOptions): Promise<number> {
  const database = openDatabase<TenantSchema>({ url: options.databaseUrl, schema: 'tenant', poolSize: 2 })
  try {
    await ensureConnections(database, options.now)
    const first = await countSeeded(database)
    const startedAt = performance.now()
    for (let from = first; from < options.users; from += batchSize) {
      const to = Math.min(from + batchSize, options.users)
      await copyBatch(database, { from, to, ...options })
      const seconds = (performance.now() - startedAt) / 1000
      options.onProgress?.({ done: to, total: options.users, rowsPerSecond: Math.round((to - first) / seconds) })
    }
    if (options.users > first) await sql`ANALYZE`.execute(database.db)
    return Math.max(0, options.users - first)
  } finally {
    await database.close()
  }
}

async function ensureConnections({ db }: Database<TenantSchema>, now: Date): Promise<void> {
  await db
    .insertInto('connections')
    .values(
      sources.map(({ connection, provider }) => ({
        id: prefixedId('con'),
        name: connection,
        strategy: provider,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function countSeeded({ db }: Database<TenantSchema>): Promise<number> {
  const last = await db
    .selectFrom('identities')
    .select('identity_id')
    .where('identity_id', 'like', '5eed0000%')
    .orderBy('identity_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last ? Number.parseInt(last.identity_id.slice(4), 16) + 1 : 0
}

/** Both tables or neither: COPY of each into a table of its own, then both in one transaction. */
async function copyBatch(
  database: Database<TenantSchema>,
  batch: SeedOptions & { from: number; to: number },
): Promise<void> {
  const rows = Array.from({ length: batch.to - batch.from }, (_, index) => makeRows(batch.from + index, batch))
  const { db } = database
  await sql`CREATE UNLOGGED TABLE IF NOT EXISTS seed_users (LIKE users INCLUDING DEFAULTS)`.execute(db)
  await sql`CREATE UNLOGGED TABLE IF NOT EXISTS seed_identities (LIKE identities INCLUDING DEFAULTS)`.execute(db)
  await sql`TRUNCATE seed_users, seed_identities`.execute(db)
  await database.copyInto(
    'seed_users',
    userColumns,
    rows.map(({ user }) => user),
  )
  await database.copyInto(
    'seed_identities',
    identityColumns,
    rows.map(({ identity }) => identity),
  )
  await transaction(db, async (trx) => {
    await changeEveryone(trx)
    await sql`INSERT INTO users SELECT * FROM seed_users`.execute(trx)
    await sql`INSERT INTO identities SELECT * FROM seed_identities`.execute(trx)
    await logChangeOfEveryone(trx, { reason: 'Demo users were added', at: batch.now })
  })
  await sql`DROP TABLE seed_users, seed_identities`.execute(db)
}

function makeRows(number: number, { now }: SeedOptions): { user: string; identity: string } {
  const random = seededRandom(number + 1)
  const chance = (probability: number) => random() < probability
  const person = makePerson(random)
  const source = pickSource(random)
  const identityId = idOf(number)
  const hasEmail = source.provider !== 'sms'
  const isWork = source.provider === 'samlp'
  const domain = isWork
    ? 'initech.example.com'
    : ['example.com', 'example.org', 'example.net', 'mail.example.com'][Math.floor(random() * 4)]
  const email = hasEmail ? `${person.handle}${number}@${domain}` : null
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
  const iso = (date: Date | null) => (date === null ? null : date.toISOString())
  const userId = `${source.provider}|${isWork ? `initech|${identityId}` : identityId}`
  return {
    user: copyLine([
      userId,
      email,
      hasEmail && !chance(0.2),
      null,
      phone,
      phone === null ? null : true,
      hasEmail ? person.name : phone,
      hasEmail ? person.handle : null,
      person.givenName,
      person.familyName,
      `${avatarPath}${person.initials}.svg?c=${Math.floor(random() * 12)}`,
      chance(0.04) ? true : null,
      source.connection,
      JSON.stringify({
        locale: person.locale,
        newsletter: chance(0.4),
        theme: pick(random, ['light', 'dark', 'system']),
      }),
      JSON.stringify({ plan, crm_id: `003X${String(number).padStart(8, '0')}` }),
      iso(createdAt),
      iso(lastLogin ?? createdAt),
      iso(lastLogin),
      hasSignedIn ? `203.0.113.${Math.floor(random() * 254) + 1}` : null,
      logins,
    ]),
    identity: copyLine([
      source.provider,
      isWork ? `initech|${identityId}` : identityId,
      userId,
      0,
      source.connection,
      source.isSocial,
      source.provider === 'auth0' || source.provider === 'email' ? email : null,
    ]),
  }
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
