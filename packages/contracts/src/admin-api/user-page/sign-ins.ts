import { z } from 'zod'

const Moment = z.iso.datetime()

/** An application that somebody is signed in to. */
const Application = z.object({
  clientId: z.string(),
  name: z.string().nullable().meta({ description: 'null: Rollcall may not read the names of applications.' }),
})

const Device = z.object({
  address: z.string().nullable().meta({ description: 'The IP address it was last seen at.' }),
  userAgent: z.string().nullable().meta({ description: 'As the browser or the application names itself.' }),
})

const isComplete = z.boolean().meta({ description: 'false: there are more than are answered at once.' })

export const UserSessions = z
  .object({
    sessions: z.array(
      z.object({
        sessionId: z.string(),
        createdAt: Moment,
        authenticatedAt: Moment.nullable(),
        lastSeenAt: Moment.nullable(),
        expiresAt: Moment.nullable().meta({ description: 'The earlier of its two ends: of its life, or of its rest.' }),
        device: Device,
        applications: z.array(Application),
      }),
    ),
    isComplete,
  })
  .meta({ id: 'UserSessions' })
export type UserSessions = z.infer<typeof UserSessions>

/** Lasting access that somebody gave to applications. What a token is, is not known here. */
export const UserRefreshTokens = z
  .object({
    refreshTokens: z.array(
      z.object({
        tokenId: z.string().meta({ description: 'Names it for whoever revokes it; nobody gets in with it.' }),
        createdAt: Moment,
        lastUsedAt: Moment.nullable(),
        expiresAt: Moment.nullable(),
        isRotating: z.boolean(),
        device: Device,
        application: Application,
        access: z.array(z.object({ api: z.string(), scopes: z.array(z.string()) })),
        sessionId: z.string().nullable(),
      }),
    ),
    isComplete,
  })
  .meta({ id: 'UserRefreshTokens' })
export type UserRefreshTokens = z.infer<typeof UserRefreshTokens>

export const factorKinds = [
  'totp',
  'phone',
  'email',
  'push',
  'webauthn-roaming',
  'webauthn-platform',
  'passkey',
  'recovery-code',
  'other',
] as const

/** What somebody proves that it is them with, besides a password. */
export const UserFactors = z
  .object({
    factors: z.array(
      z.object({
        factorId: z.string(),
        kind: z.enum(factorKinds),
        name: z.string().nullable(),
        hint: z.string().nullable().meta({ description: 'The number or address, as far as the tenant shows it.' }),
        isConfirmed: z.boolean().meta({ description: 'false: enrolling was begun and not finished.' }),
        enrolledAt: Moment.nullable(),
        lastUsedAt: Moment.nullable(),
      }),
    ),
  })
  .meta({ id: 'UserFactors' })
export type UserFactors = z.infer<typeof UserFactors>

/** Where brute-force protection keeps somebody out; an administrator's block is on the user. */
export const UserBlocks = z
  .object({
    blocks: z.array(
      z.object({
        identifier: z.string().meta({ description: 'What was typed as their name.' }),
        address: z.string().nullable().meta({ description: 'From which IP address; null: from any.' }),
        connection: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'UserBlocks' })
export type UserBlocks = z.infer<typeof UserBlocks>
