import type { Connection, newUserProfile } from '@rollcall/contracts/admin-api'
import { InvalidInput } from '@rollcall/http-kit'
import type { NewAccount } from '@rollcall/tenant-client'
import type { z } from 'zod'
import { presentConnections } from '../connections/present-connection.ts'
import type { ActionPlan, Remark } from './define-action.ts'
import type { Fact, StateReader } from './facts.ts'
import type { UserState } from './user-state.ts'

export type NewUserProfile = z.infer<z.ZodObject<typeof newUserProfile>>

/** How the tenant and the filter language call what is plain text of a profile. */
const names = {
  email: 'email',
  username: 'username',
  phoneNumber: 'phone_number',
  name: 'name',
  nickname: 'nickname',
  givenName: 'given_name',
  familyName: 'family_name',
} as const
const plain = Object.keys(names) as (keyof typeof names)[]
const tables = { userMetadata: 'user_metadata', appMetadata: 'app_metadata' } as const
const metadata = Object.keys(tables) as (keyof typeof tables)[]

const prefixes: Record<Connection['kind'], string> = { database: 'auth0', email: 'email', sms: 'sms' }

export const newUserFacts = ({ email }: NewUserProfile): Fact[] => [
  'connections',
  ...(email === undefined ? [] : ([`email ${email}`] as const)),
]

/** @throws InvalidInput `connection-not-found` */
export async function idPrefixOf({ tenant }: StateReader, { connection }: NewUserProfile): Promise<string> {
  return prefixes[findConnection({ connections: await tenant.connections() }, connection).kind]
}

/** @throws InvalidInput `connection-not-found` */
export function findConnection({ connections = [] }: Pick<UserState, 'connections'>, name: string): Connection {
  const found = presentConnections(connections).find((one) => one.name === name)
  if (found) return found
  const message = `There is no database and no passwordless connection ${name}.`
  throw new InvalidInput('connection-not-found', message, [{ path: 'body.params.connection', message }])
}

/**
 * What is to be there once somebody is made.
 * @throws InvalidInput for what their connection asks for, or has no place for
 */
export function planNewUser(state: UserState, profile: NewUserProfile): Pick<ActionPlan, 'wanted' | 'warnings' | 'obstacle'> {
  const connection = findConnection(state, profile.connection)
  checkIdentifiers(connection, profile)
  return {
    wanted: {
      account: true,
      connection: profile.connection,
      ...textsOf(profile),
      ...metadataFieldsOf(profile),
    },
    warnings: sameAddressElsewhere(state, profile),
    obstacle: connection.obstacle ?? takenBy(state, profile),
  }
} // prettier-ignore

/** @param userId that of the whole user, with its prefix */
export function accountOf(userId: string, { connection, userMetadata, appMetadata, ...profile }: NewUserProfile): NewAccount {
  return {
    connection,
    user_id: userId.slice(userId.indexOf('|') + 1),
    ...textsOf({ connection, ...profile }),
    ...(userMetadata && { user_metadata: userMetadata }),
    ...(appMetadata && { app_metadata: appMetadata }),
  }
} // prettier-ignore

const textsOf = (profile: NewUserProfile): Record<string, string> =>
  Object.fromEntries(plain.flatMap((key) => (profile[key] === undefined ? [] : [[names[key], profile[key]] as const])))

const metadataFieldsOf = (profile: NewUserProfile): Record<string, unknown> =>
  Object.fromEntries(
    metadata.flatMap((table) =>
      Object.entries(profile[table] ?? {}).map(([key, value]) => [`${tables[table]}.${key}`, value] as const),
    ),
  )

function checkIdentifiers({ name, identifiers }: Connection, profile: NewUserProfile): void {
  const faults = (['email', 'username', 'phoneNumber'] as const).flatMap((key) => {
    const isGiven = profile[key] !== undefined
    if (identifiers[key] === 'required' && !isGiven) return [{ path: `body.params.${key}`, message: `${name} asks for this.` }]
    if (identifiers[key] === 'none' && isGiven) return [{ path: `body.params.${key}`, message: `${name} has no place for this.` }]
    return []
  })
  if (faults.length > 0) throw new InvalidInput('invalid-input', faults.map(({ path, message }) => `${path}: ${message}`).join(' '), faults)
} // prettier-ignore

/** A connection has an address once. */
function takenBy({ user, holders = [] }: UserState, { connection }: NewUserProfile): Remark | undefined {
  if (user) return { code: 'user-exists', message: 'They have been made already.', userIds: [user.user_id] }
  const holder = holders.find(({ identities }) => identities.some((identity) => identity.connection === connection))
  if (!holder) return undefined
  const { user_id: userId } = holder
  return { code: 'user-exists', message: `${connection} has somebody with this address: ${userId}.`, userIds: [userId] }
}

function sameAddressElsewhere({ holders = [] }: UserState, { connection }: NewUserProfile): Remark[] {
  const others = holders.filter(({ identities }) => identities.every((identity) => identity.connection !== connection))
  if (others.length === 0) return []
  const userIds = others.map(({ user_id: userId }) => userId)
  const message = `There are other accounts with this address, which this one will not be linked to: ${userIds.join(', ')}.`
  return [{ code: 'address-known', message, userIds }]
}

/** What was just made goes into the recycle bin like everybody. */
export const undoOfNew: ActionPlan['undo'] = { action: 'user.delete', params: {} }

/** What somebody new is given that whoever may only make users may not give. */
export const alsoNeededFor = ({ appMetadata }: Pick<NewUserProfile, 'appMetadata'>) =>
  appMetadata === undefined ? [] : (['update:users'] as const)
