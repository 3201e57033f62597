import { NotFound } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import { readAccess, readOrganization } from '../recycle-bin/access.ts'
import type { RecycleBin } from '../recycle-bin/recycle-bin.ts'
import type { UserState } from './user-state.ts'
import { whereAllowed } from './where-allowed.ts'

type Plain = 'roles' | 'allRoles' | 'permissions' | 'apis' | 'memberships' | 'factors' | 'blocks' | 'sessions' | 'refreshTokens' | 'kept' | 'access' | 'allOrganizations' | 'nextDueAt' | 'connections' // prettier-ignore
type Named = 'organization' | 'session' | 'refreshToken' | 'user' | 'accessOf' | 'linked' | 'email'
/** What can be known besides the user: a fact, or one thing by its id or address. */
export type Fact = Plain | `${Named} ${string}`

export interface StateReader {
  tenant: Pick<
    TenantClient,
    'origin' | 'users' | 'usersByEmail' | 'roles' | 'organizations' | 'groupAccess' | 'apis' | 'connections' | 'ofUser'
  >
  bin: RecycleBin
}
type Asked = Omit<UserState, 'user'>

/** Asked of the tenant at this moment, all at once. Of a user who is not there the tenant knows no facts; what is written here of them is read. */
export async function readState(reader: StateReader, userId: string, facts: readonly Fact[]): Promise<UserState> {
  const wanted = [...new Set(facts)]
  const read = (some: Fact[]) => Promise.all(some.map((fact) => readFact(reader, userId, fact)))
  const aboutThem = read(wanted.filter(isAboutThem))
  aboutThem.catch(() => undefined) // of a user who is not there nothing of this matters
  const [[user], deletion, others] = await Promise.all([
    orNone(reader.tenant.users.getAnew(userId).then((found) => [found])),
    reader.bin.findDeletion(userId),
    read(wanted.filter((fact) => !isAboutThem(fact))),
  ])
  const { isKeeping, keptForDays } = reader.bin
  const known = [...others, ...(user ? await aboutThem : [])].reduce(joined, {})
  return { user, deletion, keptForDays: isKeeping ? keptForDays : null, ...known }
}

/** What can be known of a user who is not there. */
const notAboutThem = [
  'kept',
  'allRoles',
  'allOrganizations',
  'apis',
  'nextDueAt',
  'connections',
  'organization',
  'user',
  'accessOf',
  'email',
]
const isAboutThem = (fact: Fact) => !notAboutThem.includes(splitAtSpace(fact)[0])

function readFact(reader: StateReader, userId: string, fact: Fact): Promise<Asked> {
  const [noun, name] = splitAtSpace(fact)
  return name === undefined ? readPlain[noun as Plain](reader, userId) : readNamed[noun as Named](reader, userId, name)
}

function splitAtSpace(fact: string): [string, string | undefined] {
  const at = fact.indexOf(' ')
  return at < 0 ? [fact, undefined] : [fact.slice(0, at), fact.slice(at + 1)]
}

/** What is found of several things of a kind is one list. */
function joined(all: Asked, one: Asked): Asked {
  const merged = Object.entries(one).map(([name, value]) => {
    const known = all[name as keyof Asked]
    return [name, Array.isArray(known) && Array.isArray(value) ? [...known, ...value] : value] as const
  })
  return { ...all, ...Object.fromEntries(merged) }
}

const readPlain: Record<Plain, (reader: StateReader, userId: string) => Promise<Asked>> = {
  roles: async ({ tenant: { roles } }, userId) => ({ roles: await roles.ofUser(userId) }),
  allRoles: async ({ tenant: { roles } }) => ({ allRoles: await roles.list() }),
  permissions: async ({ tenant: { ofUser } }, userId) => ({ permissions: await ofUser.permissions(userId) }),
  apis: async ({ tenant: { apis } }) => ({ apis: await whereAllowed(apis()) }),
  memberships: async ({ tenant: { ofUser } }, userId) => ({ memberships: await ofUser.organizations(userId) }),
  // Auth0 lists a password among them, which is none and is not taken away with them.
  factors: async ({ tenant: { ofUser } }, userId) => ({
    factors: (await ofUser.authenticationMethods(userId)).filter(({ type }) => type !== 'password'),
  }),
  blocks: async ({ tenant: { ofUser } }, userId) => ({ blocks: await ofUser.blocks(userId) }),
  sessions: async ({ tenant: { ofUser } }, userId) => ({ sessions: await whereAllowed(ofUser.countSessions(userId)) }),
  refreshTokens: async ({ tenant: { ofUser } }, userId) => ({
    refreshTokens: await whereAllowed(ofUser.countRefreshTokens(userId)),
  }),
  kept: async ({ bin }, userId) => ({ kept: await bin.findKept(userId) }),
  access: async ({ tenant }, userId) => ({ access: await readAccess(tenant, userId) }),
  allOrganizations: async ({ tenant: { organizations } }) => ({
    allOrganizations: await whereAllowed(organizations.list()),
  }),
  connections: async ({ tenant: { connections } }) => ({ connections: await connections() }),
  nextDueAt: ({ bin }) => Promise.resolve({ nextDueAt: bin.nextDueAt() }),
}

const readNamed: Record<Named, (reader: StateReader, userId: string, name: string) => Promise<Asked>> = {
  async organization({ tenant: { organizations, groupAccess } }, userId, organizationId) {
    const organization = await organizations.find(organizationId)
    if (!organization) return { organizations: [] }
    const [found = { ...organization, roles: [] }] = await orNone(
      readOrganization({ groupAccess }, { organization, userId }).then((one) => [one]),
    )
    return { organizations: [found] }
  },
  session: async ({ tenant: { ofUser } }, userId, id) => ({
    openSessions: listOf(await ofUser.findSession(userId, id)),
  }),
  refreshToken: async ({ tenant: { ofUser } }, userId, id) => ({
    openTokens: listOf(await ofUser.findRefreshToken(userId, id)),
  }),
  user: async ({ tenant: { users } }, _userId, otherId) => ({
    others: await orNone(users.getAnew(otherId).then((other) => [other])),
  }),
  accessOf: async ({ tenant }, _userId, otherId) => ({
    accessOfOthers: await orNone(readAccess(tenant, otherId).then((access) => [{ userId: otherId, access }])),
  }),
  linked: async ({ bin }, userId, otherId) => ({ linked: await bin.findLinked({ userId: otherId, linkedTo: userId }) }),
  email: async ({ tenant: { usersByEmail } }, _userId, email) => ({ holders: await usersByEmail(email) }),
}

const listOf = <Item>(item: Item | undefined): Item[] => (item === undefined ? [] : [item])

async function orNone<Item>(items: Promise<Item[]>): Promise<Item[]> {
  try {
    return await items
  } catch (error) {
    if (error instanceof NotFound) return []
    throw error
  }
}
