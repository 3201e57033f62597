import { NotFound } from '@rollcall/http-kit'
import { z } from 'zod'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

/** Everything the tenant answers for a user, as it spells it, but tokens of identity providers. @throws NotFound `user-not-found` */
export type ReadUserRecord = (userId: string) => Promise<Record<string, unknown>>

const Answer = z.looseObject({ identities: z.array(z.record(z.string(), z.unknown())).default([]) })

export const createReadUserRecord =
  (call: CallTenant): ReadUserRecord =>
  async (userId) => {
    try {
      const answer = await call({ isRepeatable: true, run: (sdk, options) => sdk.users.get(userId, {}, options) })
      const record = understand(Answer, answer, 'GET /api/v2/users/{id}')
      return { ...record, identities: record.identities.map(withoutTokens) }
    } catch (error) {
      if (error instanceof NotFound) throw new NotFound('user-not-found', `There is no user ${userId}.`)
      throw error
    }
  }

/** `access_token`, `access_token_secret`, `refresh_token`, and what a provider of tomorrow calls its own; at any depth. */
function withoutTokens(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTokens)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name]) => !/token|secret|password/i.test(name))
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutTokens(inner)]))
}
