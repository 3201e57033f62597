import { sql } from '@rollcall/database'
import { prefixedId } from '../ids.ts'
import { oidcScopes } from '../oidc/issue-tokens.ts'
import type { AuthorizationRequest } from '../oidc/authorization-request.ts'
import { scopesOf } from '../oidc/token-request.ts'
import { apiOf } from '../oidc/user-grant.ts'
import type { ResourceServer } from '../resource-servers/resource-servers.store.ts'
import type { TenantContext } from '../tenant-context.ts'

/** What an application asks someone for: scopes with what they mean. */
export interface Asked {
  api: ResourceServer | undefined
  scopes: { name: string; meaning: string }[]
}

const meanings: Record<string, string> = {
  openid: 'Know who you are',
  profile: 'See your name and picture',
  email: 'See your e-mail address',
  phone: 'See your phone number',
  address: 'See your postal address',
  offline_access: 'Have this access also while you are away',
}

export async function askedFor(context: TenantContext, request: AuthorizationRequest): Promise<Asked> {
  const api = request.audience === undefined ? undefined : await apiOf(context, request.audience)
  const scopes = scopesOf(request.scope).flatMap((name) => {
    if (oidcScopes.includes(name)) return [{ name, meaning: meanings[name] ?? name }]
    const offered = api?.scopes.find(({ value }) => value === name)
    return offered ? [{ name, meaning: offered.description ?? name }] : []
  })
  return { api, scopes }
}

/** Whether someone has agreed to all of it before. */
export async function hasConsented(
  { db }: Pick<TenantContext, 'db'>,
  { userId, clientId, asked }: { userId: string; clientId: string; asked: Asked },
): Promise<boolean> {
  const row = await db
    .selectFrom('consents')
    .select('scope')
    .where('user_id', '=', userId)
    .where('client_id', '=', clientId)
    .where('audience', '=', asked.api?.identifier ?? '')
    .executeTakeFirst()
  return row !== undefined && asked.scopes.every(({ name }) => row.scope.includes(name))
}

/** Adds to what someone agreed to before. */
export async function recordConsent(
  { db, now }: Pick<TenantContext, 'db' | 'now'>,
  { userId, clientId, asked }: { userId: string; clientId: string; asked: Asked },
): Promise<void> {
  const scope = asked.scopes.map(({ name }) => name)
  await db
    .insertInto('consents')
    .values({
      id: prefixedId('cns'),
      user_id: userId,
      client_id: clientId,
      audience: asked.api?.identifier ?? '',
      scope,
      created_at: now(),
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'client_id', 'audience']).doUpdateSet({
        scope: sql`(SELECT array_agg(DISTINCT one) FROM unnest(consents.scope || excluded.scope) AS one)`,
      }),
    )
    .execute()
}
