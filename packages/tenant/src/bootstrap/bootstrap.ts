import { sql, transaction } from '@rollcall/database'
import type { Transaction } from '@rollcall/database'
import { completeOptions } from '../connections/connection-options.ts'
import { defaultClientSettings } from '../clients/clients.store.ts'
import type { ClientSettings } from '../clients/clients.store.ts'
import { clientId, clientSecret, objectId, prefixedId } from '../ids.ts'
import { defaultResourceServerSettings, managementApi } from '../resource-servers/resource-servers.store.ts'
import type { TenantSchema } from '../schema.ts'
import { readDocument, writeDocument } from '../documents/documents.store.ts'
import { tenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import { seal, unseal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { hashPassword } from '../users/password.ts'
import { avatarPath } from '../users/picture.ts'
import { managementScopes } from './management-scopes.ts'

export interface BootstrapOptions {
  /** Base addresses of the single-page applications staff come back to, with a slash at the end. */
  applicationUrls: string[]
  staffEmail: string
  staffPassword: string
  /** Also when the account is there already: whoever starts the tenant no longer knows the password. */
  resetsPassword: boolean
}

export interface Bootstrapped {
  audience: string
  m2m: { clientId: string; clientSecret: string }
  spa: { clientId: string }
}

export const databaseConnection = 'Username-Password-Authentication'
const audience = 'https://rollcall.example/api'
const names = { spa: 'Rollcall dashboard', m2m: 'Rollcall server', role: 'Staff' }

const apiScopes = [
  { value: 'manage:users', description: 'Administer users: everything below but read:idp-tokens' },
  { value: 'read:users', description: 'See users' },
  { value: 'create:users', description: 'Make new users, one by one or from a file, and invite people' },
  { value: 'update:users', description: 'Edit, block and sign out users, and send them mail' },
  { value: 'delete:users', description: 'Delete users, now or in some days, and cancel that' },
  { value: 'restore:users', description: 'Restore deleted users, with the roles they had' },
  { value: 'purge:users', description: 'Destroy what is kept of deleted users' },
  { value: 'export:users', description: 'Take users out as a file' },
  {
    value: 'manage:credentials',
    description: 'Change what users sign in with: passwords, e-mail addresses, second factors, linked accounts',
  },
  { value: 'manage:roles', description: 'Give users roles and permissions, and take them' },
  { value: 'manage:organizations', description: 'Add users to organizations, and remove them' },
  { value: 'manage:jobs', description: 'Do to many users at once what one may do to one' },
  { value: 'approve:actions', description: 'Approve what others want to do to many users' },
  { value: 'read:audit', description: 'See what staff did to users' },
  {
    value: 'read:idp-tokens',
    description: 'See the tokens that identity providers gave users: act there in their name',
  },
  { value: 'read:logs', description: 'See what happened to a user' },
  { value: 'manage:views', description: 'Share saved views with everybody, and change those that are shared' },
]

const thirtyDays = 30 * 86_400
const spaSettings: ClientSettings = {
  ...defaultClientSettings,
  app_type: 'spa',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  refresh_token: {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway: 0,
    token_lifetime: thirtyDays,
    infinite_token_lifetime: false,
    idle_token_lifetime: thirtyDays / 2,
    infinite_idle_token_lifetime: false,
  },
}

/**
 * Makes what a fresh tenant needs to be of use, in one transaction: the Management API, the application's API with its permissions, the
 * dashboard's application, a machine-to-machine application with its grants, a database connection, and a staff account. On a tenant that has
 * them it changes nothing but to add addresses that are new.
 */
export function bootstrap(context: TenantContext, options: BootstrapOptions): Promise<Bootstrapped> {
  return transaction(context.db, async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall bootstrap'))`.execute(trx)
    const added = await ensureApis(trx, context.now())
    const spa = await ensureSpa(trx, options.applicationUrls)
    const m2m = await ensureM2m(trx, context, added)
    await ensureGlobalClient(trx)
    await ensureConnection(trx, context.now(), [spa, m2m.clientId])
    await ensureLoginRoute(trx, context, options.applicationUrls)
    await ensureStaff(trx, context, options)
    return { audience, m2m, spa: { clientId: spa } }
  })
}

/** @returns the scopes of the Management API that this version brings */
async function ensureApis(trx: Transaction<TenantSchema>, now: Date): Promise<string[]> {
  const scopes = JSON.stringify(managementScopes)
  const before = await trx
    .selectFrom('resource_servers')
    .select('scopes')
    .where('identifier', '=', managementApi)
    .executeTakeFirst()
  await trx
    .insertInto('resource_servers')
    .values({
      id: objectId(now),
      identifier: managementApi,
      name: 'Auth0 Management API',
      is_system: true,
      scopes,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('identifier').doUpdateSet({ scopes }))
    .execute()
  await trx
    .insertInto('resource_servers')
    .values({
      id: objectId(now),
      identifier: audience,
      name: 'Application API',
      scopes: JSON.stringify(apiScopes),
      settings: JSON.stringify({
        ...defaultResourceServerSettings,
        enforce_policies: true,
        token_dialect: 'access_token_authz',
        allow_offline_access: true,
      }),
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const known = before?.scopes.map(({ value }) => value) ?? []
  return managementScopes.map(({ value }) => value).filter((scope) => !known.includes(scope))
}

/** An application made by the first start is found again by this mark in its metadata, whatever it is called by now. */
const markOf = (name: string) => ({ client_metadata: { rollcall: name } })

function findMarked(trx: Transaction<TenantSchema>, name: string) {
  return trx
    .selectFrom('clients')
    .selectAll()
    .where(sql<boolean>`settings @> ${JSON.stringify(markOf(name))}::jsonb`)
    .executeTakeFirst()
}

async function ensureSpa(trx: Transaction<TenantSchema>, urls: string[]): Promise<string> {
  const existing = await findMarked(trx, 'dashboard')
  const before = (existing?.settings ?? spaSettings) as ClientSettings // what is stored was checked when it came in
  const add = (known: string[], more: string[]) => [...new Set([...known, ...more])]
  const settings = JSON.stringify({
    ...before,
    ...markOf('dashboard'),
    callbacks: add(before.callbacks, urls),
    allowed_logout_urls: add(before.allowed_logout_urls, urls),
    web_origins: add(
      before.web_origins,
      urls.map((url) => new URL(url).origin),
    ),
  })
  if (existing) {
    await trx.updateTable('clients').set({ settings }).where('client_id', '=', existing.client_id).execute()
    return existing.client_id
  }
  const id = clientId()
  await trx
    .insertInto('clients')
    .values({ client_id: id, name: names.spa, client_secret_sealed: null, settings })
    .execute()
  return id
}

/** Where links lead that name no application's page: an invitation, a mail whose application is gone. */
async function ensureLoginRoute(
  trx: Transaction<TenantSchema>,
  { now }: TenantContext,
  [url]: string[],
): Promise<void> {
  if (url === undefined || (await readDocument(trx, tenantSettings))) return
  await writeDocument(trx, { ...tenantSettings, body: { default_redirection_uri: url }, now: now() })
}

/** The application that Auth0 keeps for the tenant as a whole: it holds the look of the sign-in page, and gets no tokens. */
async function ensureGlobalClient(trx: Transaction<TenantSchema>): Promise<void> {
  const existing = await trx
    .selectFrom('clients')
    .select('client_id')
    .where(sql<boolean>`settings @> '{"global":true}'`)
    .executeTakeFirst()
  if (existing) return
  const settings = { ...defaultClientSettings, global: true, grant_types: [], custom_login_page_on: true }
  await trx
    .insertInto('clients')
    .values({
      client_id: clientId(),
      name: 'All Applications',
      client_secret_sealed: null,
      settings: JSON.stringify(settings),
    })
    .execute()
}

async function ensureM2m(
  trx: Transaction<TenantSchema>,
  context: TenantContext,
  addedScopes: string[],
): Promise<Bootstrapped['m2m']> {
  const existing = await findMarked(trx, 'server')
  const id = existing?.client_id ?? clientId()
  const place = `client secret ${id}`
  const secret = existing?.client_secret_sealed
    ? unseal(context.secret, existing.client_secret_sealed, place)
    : clientSecret()
  if (!existing) {
    const settings = {
      ...defaultClientSettings,
      ...markOf('server'),
      app_type: 'non_interactive',
      grant_types: ['client_credentials'],
    }
    await trx
      .insertInto('clients')
      .values({
        client_id: id,
        name: names.m2m,
        client_secret_sealed: seal(context.secret, secret, place),
        settings: JSON.stringify(settings),
      })
      .execute()
  }
  const grants = [
    { audience: managementApi, scope: managementScopes.map(({ value }) => value) },
    { audience, scope: ['manage:users'] },
  ]
  for (const grant of grants) {
    await trx
      .insertInto('client_grants')
      .values({ id: prefixedId('cgr'), client_id: id, ...grant })
      // What somebody took away stays away; what is new in this version is added.
      .onConflict((conflict) =>
        conflict.columns(['client_id', 'audience']).doUpdateSet({
          scope: sql`(SELECT array_agg(DISTINCT scope) FROM unnest(client_grants.scope || ${
            grant.audience === managementApi ? addedScopes : []
          }::text[]) AS scope)`,
        }),
      )
      .execute()
  }
  return { clientId: id, clientSecret: secret }
}

async function ensureConnection(trx: Transaction<TenantSchema>, now: Date, clients: string[]): Promise<void> {
  await trx
    .insertInto('connections')
    .values({
      id: prefixedId('con'),
      name: databaseConnection,
      strategy: 'auth0',
      // Length is what counts (NIST SP 800-63B §3.1.1.2); Auth0's other policies can be chosen.
      options: JSON.stringify(
        completeOptions(
          'auth0',
          { passwordPolicy: 'low', password_complexity_options: { min_length: 8 } },
          { isNew: true, tenant: '' },
        ),
      ),
      enabled_clients: clients,
      created_at: now,
    })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({
        enabled_clients: sql`(SELECT array_agg(DISTINCT client) FROM unnest(connections.enabled_clients || excluded.enabled_clients) AS client)`,
      }),
    )
    .execute()
}

async function ensureStaff(
  trx: Transaction<TenantSchema>,
  { now: clock }: TenantContext,
  { staffEmail, staffPassword, resetsPassword }: BootstrapOptions,
): Promise<void> {
  const now = clock()
  const role = await trx
    .selectFrom('roles')
    .select('id')
    .where('name', '=', names.role)
    .where('owner_id', 'is', null)
    .executeTakeFirst()
  const roleId = role?.id ?? prefixedId('rol')
  if (!role) {
    await trx
      .insertInto('roles')
      .values({ id: roleId, name: names.role, description: 'Administers the users' })
      .execute()
    await trx
      .insertInto('role_permissions')
      .values({ role_id: roleId, resource_server_identifier: audience, permission_name: 'manage:users' })
      .execute()
  }
  const existing = await trx
    .selectFrom('identities')
    .select('user_id')
    .where('connection', '=', databaseConnection)
    .where('login_email', '=', staffEmail)
    .executeTakeFirst()
  const identityId = objectId(now)
  const userId = existing?.user_id ?? `auth0|${identityId}`
  if (existing && !resetsPassword) return
  const passwordHash = await hashPassword(staffPassword)
  if (existing) {
    await trx
      .updateTable('identities')
      .set({ password_hash: passwordHash })
      .where('connection', '=', databaseConnection)
      .where('login_email', '=', staffEmail)
      .execute()
    return
  }
  await trx
    .insertInto('users')
    .values({
      user_id: userId,
      email: staffEmail,
      email_verified: true,
      name: 'Staff',
      nickname: 'staff',
      picture: `${avatarPath}st.svg?c=0`,
      connection: databaseConnection,
      created_at: now,
      updated_at: now,
    })
    .execute()
  await trx
    .insertInto('identities')
    .values({
      provider: 'auth0',
      identity_id: identityId,
      user_id: userId,
      connection: databaseConnection,
      login_email: staffEmail,
      password_hash: passwordHash,
    })
    .execute()
  await trx.insertInto('user_roles').values({ user_id: userId, role_id: roleId }).execute()
}
