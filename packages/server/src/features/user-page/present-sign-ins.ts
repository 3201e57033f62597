import type { UserRefreshTokens, UserSessions } from '@rollcall/contracts/admin-api'
import type { ManagementRefreshToken, ManagementSession } from '@rollcall/contracts/management-api'
import { toIso } from '../users/present-user.ts'

/** What applications are called; null where that may not be read. */
export type ClientNames = ReadonlyMap<string, string> | null

export const presentSession = (session: ManagementSession, names: ClientNames): UserSessions['sessions'][number] => ({
  sessionId: session.id,
  createdAt: toIso(session.created_at),
  authenticatedAt: isoOrNull(session.authenticated_at),
  lastSeenAt: isoOrNull(session.last_interacted_at),
  expiresAt: earlier(session.expires_at, session.idle_expires_at),
  device: presentDevice(session.device),
  applications: (session.clients ?? []).map(({ client_id: id }) => presentApplication(id, names)),
})

export const presentRefreshToken = (
  token: ManagementRefreshToken,
  names: ClientNames,
): UserRefreshTokens['refreshTokens'][number] => ({
  tokenId: token.id,
  createdAt: toIso(token.created_at),
  lastUsedAt: isoOrNull(token.last_exchanged_at),
  expiresAt: earlier(token.expires_at, token.idle_expires_at),
  isRotating: token.rotating ?? false,
  device: presentDevice(token.device),
  application: presentApplication(token.client_id, names),
  access: (token.resource_servers ?? []).map(({ audience, scopes }) => ({
    api: audience,
    scopes: (scopes ?? '').split(' ').filter(Boolean),
  })),
  sessionId: token.session_id ?? null,
})

const presentApplication = (clientId: string, names: ClientNames) => ({
  clientId,
  name: names?.get(clientId) ?? null,
})

/** Where it was last; tenants that tell only where it began say that. */
const presentDevice = (device: ManagementSession['device']) => ({
  address: device?.last_ip || device?.initial_ip || null,
  userAgent: device?.last_user_agent || device?.initial_user_agent || null,
})

export const isoOrNull = (moment: string | null | undefined): string | null => (moment ? toIso(moment) : null)

function earlier(one: string | null | undefined, other: string | null | undefined): string | null {
  const moments = [isoOrNull(one), isoOrNull(other)].filter((moment) => moment !== null)
  return moments.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null
}
