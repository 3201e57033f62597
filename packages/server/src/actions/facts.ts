import { NotFound, UpstreamFailed } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { UserState } from './user-state.ts'

type Plain = 'roles' | 'allRoles' | 'permissions' | 'apis' | 'memberships' | 'factors' | 'blocks' | 'sessions' | 'refreshTokens' // prettier-ignore
type Named = 'organization' | 'session' | 'refreshToken' | 'user' | 'email'
/** What can be known besides the user: a fact, or one thing by its id or address. */
export type Fact = Plain | `${Named} ${string}`

export type StateReader = Pick<
  TenantClient,
  'users' | 'usersByEmail' | 'roles' | 'organizations' | 'groupAccess' | 'apis' | 'ofUser'
>
type Asked = Omit<UserState, 'user'>

/** Asked of the tenant at this moment, all at once. @throws NotFound `user-not-found` */
export async function readState(tenant: StateReader, userId: string, facts: readonly Fact[]): Promise<UserState> {
  const asked = Promise.all([...new Set(facts)].map((fact) => readFact(tenant, userId, fact)))
  asked.catch(() => undefined) // of a user who is not there nothing else matters
  const user = await tenant.users.getAnew(userId)
  return { user, ...(await asked).reduce(joined, {}) }
}

function readFact(tenant: StateReader, userId: string, fact: Fact): Promise<Asked> {
  const [noun, name] = splitAtSpace(fact)
  return name === undefined ? readPlain[noun as Plain](tenant, userId) : readNamed[noun as Named](tenant, userId, name)
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

const readPlain: Record<Plain, (tenant: StateReader, userId: string) => Promise<Asked>> = {
  roles: async ({ roles }, userId) => ({ roles: await roles.ofUser(userId) }),
  allRoles: async ({ roles }) => ({ allRoles: await roles.list() }),
  permissions: async ({ ofUser }, userId) => ({ permissions: await ofUser.permissions(userId) }),
  apis: async ({ apis }) => ({ apis: await whereAllowed(apis()) }),
  memberships: async ({ ofUser }, userId) => ({ memberships: await ofUser.organizations(userId) }),
  factors: async ({ ofUser }, userId) => ({ factors: await ofUser.authenticationMethods(userId) }),
  blocks: async ({ ofUser }, userId) => ({ blocks: await ofUser.blocks(userId) }),
  sessions: async ({ ofUser }, userId) => ({ sessions: await whereAllowed(ofUser.countSessions(userId)) }),
  refreshTokens: async ({ ofUser }, userId) => ({
    refreshTokens: await whereAllowed(ofUser.countRefreshTokens(userId)),
  }),
}

const readNamed: Record<Named, (tenant: StateReader, userId: string, name: string) => Promise<Asked>> = {
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
