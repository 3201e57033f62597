import { RollcallError } from '@rollcall/http-kit'
import { readTenantFault } from './tenant-fault.ts'

/** Something a start should tell: which variable, what is wrong with it, how to mend it. */
export interface TenantFinding {
  variable: 'AUTH0_DOMAIN' | 'AUTH0_AUDIENCE' | 'CLIENT_ID' | 'CLIENT_SECRET'
  problem: string
  mend: string
  /** True: Rollcall cannot work so. False: it can, without the feature that the problem names. */
  isFatal: boolean
}

interface CheckTenantDeps {
  origin: string
  reach(): Promise<void>
  requestToken(audience: string): Promise<string>
}

interface Audiences {
  managementAudience: string
  applicationAudience: string
}

/** The scopes Rollcall's token should hold, and what is off without each. */
const neededScopes = [
  { scope: 'read:users', feature: 'the list of users and each user’s page' },
  { scope: 'update:users', feature: 'editing, blocking and unblocking users, their roles, and mail to them' },
  { scope: 'delete:users', feature: 'deleting users' },
  { scope: 'create:users', feature: 'making users, inviting and importing them, and restoring those who were deleted' },
  { scope: 'read:connections', feature: 'the connections that new users can be made in' },
  { scope: 'read:sessions', feature: 'ending sessions, also those of users who are blocked' },
  { scope: 'delete:sessions', feature: 'ending sessions, also those of users who are blocked' },
  { scope: 'read:refresh_tokens', feature: 'seeing whether refresh tokens are left to revoke' },
  { scope: 'delete:refresh_tokens', feature: 'revoking refresh tokens' },
  { scope: 'read:logs', feature: 'lists that follow what happens in the tenant, and figures of sign-ins' },
  { scope: 'read:roles', feature: 'roles, and finding users by role' },
  { scope: 'read:organizations', feature: 'organizations, and finding users by organization' },
  { scope: 'read:organization_members', feature: 'finding users by organization' },
  { scope: 'read:organization_member_roles', feature: 'what somebody is within an organization' },
  { scope: 'read:sessions', feature: 'where somebody is signed in' },
  { scope: 'read:refresh_tokens', feature: 'which applications somebody gave lasting access' },
  { scope: 'read:authentication_methods', feature: 'somebody’s second factors and passkeys' },
  { scope: 'delete:authentication_methods', feature: 'taking second factors away' },
  { scope: 'create:organization_members', feature: 'adding users to organizations, also by restoring them' },
  { scope: 'delete:organization_members', feature: 'removing users from organizations' },
  {
    scope: 'create:organization_member_roles',
    feature: 'giving roles within an organization, also by an undo and by restoring users',
  },
  { scope: 'create:user_tickets', feature: 'links by which a user sets a new password' },
  { scope: 'read:resource_servers', feature: 'until when access tokens live, and which permissions there are' },
  { scope: 'read:clients', feature: 'the names of applications' },
] as const

/** Everything wrong with what the configuration says about the tenant, found by asking it; empty when all is well. */
export async function checkTenant(deps: CheckTenantDeps, audiences: Audiences): Promise<TenantFinding[]> {
  const unreachable = await findUnreachable(deps)
  if (unreachable) return [unreachable]
  const [credentials, audience] = await Promise.all([
    checkCredentials(deps, audiences.managementAudience),
    checkApplicationAudience(deps, audiences.applicationAudience),
  ])
  return [...credentials, ...audience]
}

async function findUnreachable({ origin, reach }: CheckTenantDeps): Promise<TenantFinding | undefined> {
  try {
    await reach()
    return undefined
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error
    return {
      variable: 'AUTH0_DOMAIN',
      problem: error.message,
      mend: `Check the spelling, and that this machine can open ${origin}/.well-known/jwks.json.`,
      isFatal: true,
    }
  }
}

async function checkCredentials(
  { origin, requestToken }: CheckTenantDeps,
  managementAudience: string,
): Promise<TenantFinding[]> {
  let token: string
  try {
    token = await requestToken(managementAudience)
  } catch (error) {
    const { status, reason, code } = readTenantFault(error, 'token', Date.now())
    const said = `The tenant at ${origin} answers: ${reason}`
    if (status === 401) {
      const mend = 'Copy both from the settings of the machine-to-machine application.'
      return [{ variable: 'CLIENT_SECRET', problem: `is not the secret of CLIENT_ID. ${said}`, mend, isFatal: true }]
    }
    if (code === 'unauthorized_client') {
      const mend = 'Use a machine-to-machine application, with the grant Client Credentials.'
      return [{ variable: 'CLIENT_ID', problem: `may not ask for a token of its own. ${said}`, mend, isFatal: true }]
    }
    if (status === 403) {
      const mend = `Authorize the application for the Management API (${managementAudience}) with the scopes ${neededScopes.map(({ scope }) => scope).join(', ')}.`
      return [{ variable: 'CLIENT_ID', problem: `has no access to the Management API. ${said}`, mend, isFatal: true }]
    }
    const mend = 'Check that it is the domain of an Auth0 tenant.'
    return [{ variable: 'AUTH0_DOMAIN', problem: `gives no token. ${said}`, mend, isFatal: true }]
  }
  const granted = scopesOf(token)
  if (granted === undefined) return [] // not a token we can read; the calls themselves will tell
  return neededScopes
    .filter(({ scope }) => !granted.includes(scope))
    .map(({ scope, feature }) => ({
      variable: 'CLIENT_ID',
      problem: `lacks the scope ${scope}, so this is off: ${feature}.`,
      mend: `Add ${scope} to what the application is authorized for on the Management API.`,
      isFatal: false,
    }))
}

/**
 * An API that exists answers with a token or with “not authorized to access”; only one that does not exist is “not enabled”.
 * Whether this application is authorized for it does not matter: staff's tokens are for it, ours are not.
 */
async function checkApplicationAudience({ requestToken }: CheckTenantDeps, audience: string): Promise<TenantFinding[]> {
  if (/\/api\/v2\/?$/.test(audience)) {
    const problem = `“${audience}” is the Management API.`
    const mend = 'Set the identifier of your own API, the one with the permission manage:users.'
    return [{ variable: 'AUTH0_AUDIENCE', problem, mend, isFatal: true }]
  }
  try {
    await requestToken(audience)
    return []
  } catch (error) {
    const { status, reason } = readTenantFault(error, 'token', Date.now())
    if (status !== 403 || !reason.startsWith('Service not enabled within domain')) return []
    const problem = `“${audience}” is no API of this tenant.`
    const mend = 'Copy the identifier from the settings of your API, to the letter (a slash at the end counts).'
    return [{ variable: 'AUTH0_AUDIENCE', problem, mend, isFatal: true }]
  }
}

/** The `scope` claim, read and not verified: the tenant checks it, we only want to warn in time. */
function scopesOf(token: string): string[] | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const isReadable = typeof claims === 'object' && claims !== null
    return isReadable && 'scope' in claims && typeof claims.scope === 'string' ? claims.scope.split(' ') : undefined
  } catch {
    return undefined
  }
}
