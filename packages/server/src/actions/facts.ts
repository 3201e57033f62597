import { NotFound, UpstreamFailed } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import { readAccess } from '../recycle-bin/access.ts'
import type { RecycleBin } from '../recycle-bin/recycle-bin.ts'
import type { UserState } from './user-state.ts'

type Plain = 'roles' | 'allRoles' | 'permissions' | 'apis' | 'memberships' | 'factors' | 'blocks' | 'sessions' | 'refreshTokens'
  | 'access'
  | 'allOrganizations'
  | 'kept'
  | 'nextDueAt' // prettier-ignore
type Named = 'organization' | 'session' | 'refreshToken' | 'user' | 'email'
/** What can be known besides the user: a fact, or one thing by its id or address. */
export type Fact = Plain | `${Named} ${string}`

export type TenantReader = Pick<
  TenantClient,
  'users' | 'usersByEmail' | 'roles' | 'organizations' | 'groupAccess' | 'apis' | 'ofUser'
>
export interface StateReader {
  tenant: TenantReader
  bin: RecycleBin
}
type Asked = Omit<UserState, 'user'>

/** What can be known although the tenant has no such user. */
const knownOfAnybody: readonly Fact[] = ['allRoles', 'allOrganizations', 'kept', 'nextDueAt']

/** Asked of the tenant at this moment, all at once. Of a user who is not there, what the tenant would know of them is left out. */
export async function readState(reader: StateReader, userId: string, facts: readonly Fact[]): Promise<UserState> {
  const wanted = [...new Set(facts)]
  const read = (some: Fact[]) => Promise.all(some.map((fact) => readFact(reader, userId, fact)))
  const theirs = read(wanted.filter((fact) => !knownOfAnybody.includes(fact)))
  theirs.catch(() => undefined) // of a user who is not there this does not matter
  const [user, deletion, others] = await Promise.all([
    orNobody(reader.tenant.users.getAnew(userId)),
    reader.bin.findDeletion(userId),
    read(wanted.filter((fact) => knownOfAnybody.includes(fact))),
  ])
  const { isKeeping, keptForDays } = reader.bin
  const found = [...others, ...(user ? await theirs : [])].reduce(joined, {})
  return { user, deletion, keptForDays: isKeeping ? keptForDays : null, ...found }
}

function readFact({ tenant, bin }: StateReader, userId: string, fact: Fact): Promise<Asked> {
  const [noun, name] = splitAtSpace(fact)
  return name === undefined ? readPlain[noun as Plain](tenant, userId, bin) : readNamed[noun as Named](tenant, userId, name)
} // prettier-ignore

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

const readPlain: Record<Plain, (tenant: TenantReader, userId: string, bin: RecycleBin) => Promise<Asked>> = {
  roles: async ({ roles }, userId) => ({ roles: await roles.ofUser(userId) }),
  allRoles: async ({ roles }) => ({ allRoles: await roles.list() }),
  permissions: async ({ ofUser }, userId) => ({ permissions: await ofUser.permissions(userId) }),
  apis: async ({ apis }) => ({ apis: await whereAllowed(apis()) }),
  memberships: async ({ ofUser }, userId) => ({ memberships: await ofUser.organizations(userId) }),
  // Auth0 lists a password among them, which is none and is not taken away with them.
  factors: async ({ ofUser }, userId) => ({
    factors: (await ofUser.authenticationMethods(userId)).filter(({ type }) => type !== 'password'),
  }),
  blocks: async ({ ofUser }, userId) => ({ blocks: await ofUser.blocks(userId) }),
  sessions: async ({ ofUser }, userId) => ({ sessions: await whereAllowed(ofUser.countSessions(userId)) }),
  refreshTokens: async ({ ofUser }, userId) => ({
    refreshTokens: await whereAllowed(ofUser.countRefreshTokens(userId)),
  }),
  access: async (tenant, userId) => ({ access: await readAccess(tenant, userId) }),
  allOrganizations: async ({ organizations }) => ({ allOrganizations: await whereAllowed(organizations.list()) }),
  kept: async (_tenant, userId, bin) => ({ kept: await bin.findKept(userId) }),
  nextDueAt: async (_tenant, _userId, bin) => ({ nextDueAt: bin.nextDueAt() }),
}

const readNamed: Record<Named, (tenant: TenantReader, userId: string, name: string) => Promise<Asked>> = {
  async organization({ organizations, groupAccess }, userId, organizationId) {
    const [organization, roles] = await Promise.all([
      organizations.find(organizationId),
      orNone(groupAccess.memberRoles({ organizationId, userId })),
    ])
    return { organizations: organization ? [{ organization, roles }] : [] }
  },
  session: async ({ ofUser }, userId, id) => ({ openSessions: listOf(await ofUser.findSession(userId, id)) }),
  refreshToken: async ({ ofUser }, userId, id) => ({ openTokens: listOf(await ofUser.findRefreshToken(userId, id)) }),
  user: async ({ users }, _userId, otherId) => ({
    others: await orNone(users.getAnew(otherId).then((other) => [other])),
  }),
  email: async ({ usersByEmail }, _userId, email) => ({ holders: await usersByEmail(email) }),
}

const listOf = <Item>(item: Item | undefined): Item[] => (item === undefined ? [] : [item])

async function orNobody<User>(user: Promise<User>): Promise<User | undefined> {
  try {
    return await user
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

async function orNone<Item>(items: Promise<Item[]>): Promise<Item[]> {
  try {
    return await items
  } catch (error) {
    if (error instanceof NotFound) return []
    throw error
  }
}

/** Sessions are not in every plan of Auth0: blocking somebody must not depend on them. */
async function whereAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof UpstreamFailed && error.code === 'tenant-scope-missing') return undefined
    throw error
  }
}
