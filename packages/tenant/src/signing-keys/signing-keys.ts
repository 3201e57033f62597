import 'reflect-metadata'
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { sql, transaction } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import * as x509 from '@peculiar/x509'
import { calculateJwkThumbprint } from 'jose'
import type { JWK } from 'jose'
import { seal, unseal } from '../sealing.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'

export interface SigningKeys {
  /** Signs a JWT with the current key. The work is done off the event loop, on every core. */
  sign(header: Record<string, unknown>, payload: object): Promise<string>
  /** The key of that id, unless it was revoked; another process may have made it a moment ago. */
  verificationKey(kid: string): Promise<KeyObject | undefined>
  /** What is published at `/.well-known/jwks.json` (RFC 7517 §5): public halves only, the next key beforehand. */
  published(): Promise<JWK[]>
  /** The next key signs from now on, the current one still verifies, a new next one is published. */
  rotate(): Promise<void>
}

interface LoadedKeys {
  current: { kid: string; privateKey: KeyObject }
  publicKeys: Map<string, KeyObject>
  published: JWK[]
  loadedAt: number
}

const generate = promisify(generateKeyPair)
const signOffLoop = promisify(sign)

/** How long a rotation in one process may go unnoticed in another; both keys verify meanwhile. */
const freshnessMs = 10_000

/** Opens the keys of this tenant; the first start makes them. */
export async function openSigningKeys(db: Kysely<TenantSchema>, secret: Buffer): Promise<SigningKeys> {
  await transaction(db, async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall signing keys'))`.execute(trx)
    for (const status of ['current', 'next'] as const) {
      const existing = await trx
        .selectFrom('signing_keys')
        .select('kid')
        .where('status', '=', status)
        .executeTakeFirst()
      if (!existing) await addKey(trx, secret, status)
    }
  })
  let loaded = await load(db, secret)
  const fresh = async () => {
    if (performance.now() - loaded.loadedAt > freshnessMs) loaded = await load(db, secret)
    return loaded
  }
  return {
    sign: async (header, payload) => {
      const { current } = await fresh()
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
      const input = `${encode({ alg: 'RS256', ...header, kid: current.kid })}.${encode(payload)}`
      const signature = await signOffLoop('RSA-SHA256', Buffer.from(input), current.privateKey)
      return `${input}.${signature.toString('base64url')}`
    },
    verificationKey: async (kid) => {
      const known = (await fresh()).publicKeys.get(kid)
      // An unknown id is asked for at most once a second: it costs a caller nothing to make one up.
      if (!known && performance.now() - loaded.loadedAt > 1000) loaded = await load(db, secret)
      return known ?? loaded.publicKeys.get(kid)
    },
    published: async () => (await fresh()).published,
    rotate: async () => {
      await transaction(db, async (trx) => {
        await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall signing keys'))`.execute(trx)
        await trx.updateTable('signing_keys').set({ status: 'previous' }).where('status', '=', 'current').execute()
        await trx.updateTable('signing_keys').set({ status: 'current' }).where('status', '=', 'next').execute()
        await addKey(trx, secret, 'next')
      })
      loaded = await load(db, secret)
    },
  }
}

async function load(db: Kysely<TenantSchema>, secret: Buffer): Promise<LoadedKeys> {
  const rows = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('status', '!=', 'revoked')
    .orderBy(sql`array_position(ARRAY['current', 'next', 'previous'], status)`)
    .orderBy('created_at', 'desc')
    .execute()
  const current = rows.find((row) => row.status === 'current')
  if (!current) throw new Error('There is no current signing key.')
  return {
    current: {
      kid: current.kid,
      privateKey: createPrivateKey(unseal(secret, current.private_key_sealed, `signing key ${current.kid}`)),
    },
    publicKeys: new Map(rows.map((row) => [row.kid, createPublicKey({ key: row.public_jwk as JWK, format: 'jwk' })])),
    published: rows.map((row) => row.public_jwk as JWK),
    loadedAt: performance.now(),
  }
}

async function addKey(db: Kysely<TenantSchema>, secret: Buffer, status: 'current' | 'next'): Promise<void> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 })
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = (await calculateJwkThumbprint(jwk)).slice(0, 21) // Auth0's have 21 characters
  const certificate = await selfSigned(privateKey, publicKey)
  const published = {
    kty: 'RSA',
    use: 'sig',
    n: jwk.n ?? '',
    e: jwk.e ?? '',
    kid,
    x5t: createHash('sha1').update(certificate).digest('base64url'), // RFC 7517 §4.8
    x5c: [certificate.toString('base64')],
    alg: 'RS256',
  } satisfies JsonObject
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  await db
    .insertInto('signing_keys')
    .values({
      kid,
      status,
      private_key_sealed: seal(secret, pem, `signing key ${kid}`),
      public_jwk: JSON.stringify(published),
    })
    .execute()
}

/** Some clients verify with the certificate in `x5c` and not with `n` and `e`. */
async function selfSigned(privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Rollcall local tenant',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 13 * 365 * 86_400_000),
    signingAlgorithm: algorithm,
    // Node's CryptoKey is the browser's but for a few newer usages in its type.
    keys: {
      privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']) as CryptoKey,
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']) as CryptoKey,
    },
  })
  return Buffer.from(certificate.rawData)
}
