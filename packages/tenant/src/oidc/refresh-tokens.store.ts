import { sql, transaction } from '@rollcall/database'
import type { Kysely, Selectable, Transaction } from '@rollcall/database'
import type { Client, RefreshTokenSettings } from '../clients/clients.store.ts'
import { sha256, unguessable } from '../hashing.ts'
import { randomText } from '../ids.ts'
import type { TenantSchema } from '../schema.ts'

export type Family = Selectable<TenantSchema['refresh_token_families']>

interface NewFamily {
  client: Client
  userId: string
  sessionId: string | null
  audience: string | null
  organizationId: string | null
  scope: string
  dpopThumbprint: string | null
  authenticatedAt: Date
  ip: string
  userAgent: string | undefined
  now: Date
}

const later = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000)
/** When a token that nobody uses ends; each use begins anew. */
const idleEnd = (settings: RefreshTokenSettings, now: Date) =>
  settings.infinite_idle_token_lifetime ? null : later(now, settings.idle_token_lifetime)

/** Begins a line of refresh tokens. @returns its id and its first token, which is kept only as a hash */
export async function startFamily(db: Kysely<TenantSchema>, family: NewFamily): Promise<{ id: string; token: string }> {
  const settings = family.client.settings.refresh_token
  const isExpiring = settings.expiration_type === 'expiring' && !settings.infinite_token_lifetime
  const id = randomText(24)
  await db
    .insertInto('refresh_token_families')
    .values({
      id,
      client_id: family.client.clientId,
      user_id: family.userId,
      session_id: family.sessionId,
      audience: family.audience,
      organization_id: family.organizationId,
      initial_ip: family.ip,
      initial_user_agent: family.userAgent?.slice(0, 512) ?? null,
      created_at: family.now,
      scope: family.scope,
      dpop_jkt: family.dpopThumbprint,
      authenticated_at: family.authenticatedAt,
      expires_at: isExpiring ? later(family.now, settings.token_lifetime) : null,
      revoked_at: null,
    })
    .execute()
  return { id, token: await addToken(db, { familyId: id, settings, now: family.now }) }
}

async function addToken(
  db: Kysely<TenantSchema>,
  { familyId, settings, now }: { familyId: string; settings: RefreshTokenSettings; now: Date },
): Promise<string> {
  const token = `v1.${unguessable()}`
  await db
    .insertInto('refresh_tokens')
    .values({
      token_hash: sha256(token),
      family_id: familyId,
      used_at: null,
      idle_expires_at: idleEnd(settings, now),
    })
    .execute()
  return token
}

/** `reused`: a spent token came back, so one of two holders stole it, and the whole family has been ended. */
export type UseResult =
  | { verdict: 'good'; family: Family; successor: string | undefined }
  | { verdict: 'unknown' }
  | { verdict: 'reused'; family: Family }

/**
 * Uses a refresh token: one transaction that holds the family, so that of many uses at once one wins and the others are a reuse
 * (RFC 9700 §4.14.2).
 * @returns for a rotating client, the token that follows
 */
export function useRefreshToken(
  db: Kysely<TenantSchema>,
  {
    token,
    client,
    dpopThumbprint,
    now,
  }: { token: string; client: Client; dpopThumbprint: string | undefined; now: Date },
): Promise<UseResult> {
  return transaction(db, async (trx): Promise<UseResult> => {
    const row = await lockToken(trx, sha256(token))
    const settings = client.settings.refresh_token
    if (!row || row.family.client_id !== client.clientId || row.family.revoked_at !== null)
      return { verdict: 'unknown' }
    const { family, usedAt, idleExpiresAt } = row
    if (family.dpop_jkt !== null && family.dpop_jkt !== dpopThumbprint) return { verdict: 'unknown' }
    if ((family.expires_at ?? now) < now || (idleExpiresAt ?? now) < now) return { verdict: 'unknown' }
    await trx
      .updateTable('refresh_token_families')
      .set({ last_exchanged_at: now })
      .where('id', '=', family.id)
      .execute()
    if (settings.rotation_type !== 'rotating') {
      await trx
        .updateTable('refresh_tokens')
        .set({ idle_expires_at: idleEnd(settings, now) })
        .where('token_hash', '=', sha256(token))
        .execute()
      return { verdict: 'good', family, successor: undefined }
    }

    // Without leeway no moment will do: `now` was read before the lock, and may lie before the use that won.
    const isWithinLeeway =
      settings.leeway > 0 && usedAt !== null && now.getTime() - usedAt.getTime() < settings.leeway * 1000
    if (usedAt !== null && !isWithinLeeway) {
      await trx.updateTable('refresh_token_families').set({ revoked_at: now }).where('id', '=', family.id).execute()
      return { verdict: 'reused', family }
    }
    if (usedAt === null) {
      await trx.updateTable('refresh_tokens').set({ used_at: now }).where('token_hash', '=', sha256(token)).execute()
    }
    return { verdict: 'good', family, successor: await addToken(trx, { familyId: family.id, settings, now }) }
  })
}

async function lockToken(trx: Transaction<TenantSchema>, tokenHash: Buffer) {
  const family = await trx
    .selectFrom('refresh_token_families')
    .selectAll()
    .where('id', '=', (row) => row.selectFrom('refresh_tokens').select('family_id').where('token_hash', '=', tokenHash))
    .forUpdate()
    .executeTakeFirst()
  if (!family) return undefined
  // Read after the lock: whoever held it before us may have used the token.
  const token = await trx
    .selectFrom('refresh_tokens')
    .select(['used_at', 'idle_expires_at'])
    .where('token_hash', '=', tokenHash)
    .executeTakeFirstOrThrow()
  return { family, usedAt: token.used_at, idleExpiresAt: token.idle_expires_at }
}

/** Ends the family a token belongs to, if it is this client's (RFC 7009 §2.1). */
export async function revokeFamilyOf(
  db: Kysely<TenantSchema>,
  { token, clientId, now }: { token: string; clientId: string; now: Date },
): Promise<void> {
  await db
    .updateTable('refresh_token_families')
    .set({ revoked_at: sql`coalesce(revoked_at, ${now})` })
    .where('client_id', '=', clientId)
    .where('id', 'in', (row) =>
      row.selectFrom('refresh_tokens').select('family_id').where('token_hash', '=', sha256(token)),
    )
    .execute()
}
