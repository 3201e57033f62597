import type { TenantContext } from '../../tenant-context.ts'
import type { WireUser } from '../present-user.ts'
import type { WireIdentity } from '../users.store.ts'

/** The same user, their identities with the tokens that the providers gave: Auth0 shows them so to whoever has the scope read:user_idp_tokens. */
export async function withIdentityTokens({ db }: Pick<TenantContext, 'db'>, user: WireUser): Promise<WireUser> {
  const rows = await db
    .selectFrom('identities')
    .innerJoin('identity_tokens', (join) =>
      join
        .onRef('identity_tokens.provider', '=', 'identities.provider')
        .onRef('identity_tokens.identity_id', '=', 'identities.identity_id'),
    )
    .select(['identities.provider', 'identities.identity_id', 'identity_tokens.tokens'])
    .where('identities.user_id', '=', user.user_id)
    .execute()
  if (rows.length === 0) return user
  const tokensOf = ({ provider, user_id: id }: WireIdentity) =>
    rows.find((row) => row.provider === provider && row.identity_id === id)?.tokens
  const identities = (user.identities as WireIdentity[]).map((identity) => ({ ...identity, ...tokensOf(identity) }))
  return { ...user, identities }
}
