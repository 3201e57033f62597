import type { Connection } from '@rollcall/contracts/admin-api'
import type { ManagementConnection } from '@rollcall/contracts/management-api'

/** The strategies whose accounts the Management API makes; a user's id begins with the strategy. */
const kinds: Readonly<Record<string, Connection['kind'] | undefined>> = {
  auth0: 'database',
  email: 'email',
  sms: 'sms',
}

/** @returns those of the tenant in which users can be made, as whoever makes one sees them */
export function presentConnections(connections: readonly ManagementConnection[]): Connection[] {
  return connections.flatMap((connection) => {
    const kind = kinds[connection.strategy]
    if (!kind) return []
    const { name, display_name: displayName, options } = connection
    const isOwnDatabase = options?.enabledDatabaseCustomization === true && options.import_mode !== true
    return [
      {
        name,
        displayName: displayName || null,
        kind,
        identifiers: identifiersOf(kind, options),
        obstacle: isOwnDatabase ? ownDatabase : null,
      },
    ]
  })
}

const ownDatabase = {
  code: 'own-database',
  message: 'This is a database of your own: its scripts give the ids, so Rollcall could not tell after a crash whom it had made.',
} // prettier-ignore

type Use = Connection['identifiers']['email']

/** What the people of a connection are known by (Auth0, "Flexible Identifiers"; before those, e-mail address and perhaps username). */
function identifiersOf(kind: Connection['kind'], options: ManagementConnection['options']): Connection['identifiers'] {
  if (kind === 'email') return { email: 'required', username: 'none', phoneNumber: 'none' }
  if (kind === 'sms') return { email: 'optional', username: 'none', phoneNumber: 'required' }
  const attributes = options?.attributes ?? {}
  if (Object.keys(attributes).length === 0)
    return { email: 'required', username: options?.requires_username ? 'required' : 'none', phoneNumber: 'none' }
  const useOf = (name: string): Use => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (!attribute) return 'none'
    return attribute.signup?.status === 'required' || attribute.profile_required ? 'required' : 'optional'
  }
  return { email: useOf('email'), username: useOf('username'), phoneNumber: useOf('phone_number') }
}
