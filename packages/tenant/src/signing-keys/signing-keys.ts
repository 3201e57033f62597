import 'reflect-metadata'
import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { sql, transaction } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import * as x509 from '@peculiar/x509'
import { calculateJwkThumbprint } from 'jose'
import type { JWK, JWTPayload } from 'jose'
import { seal, unseal } from '../sealing.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { signOnce } from './sign-once.ts'

export interface SigningKeys {
  /** Signs a JWT with the current key. The work is done off the event loop, on every core. */
  sign(header: Record<string, unknown>, payload: object): Promise<string>
  /** The key of that id, unless it was revoked; another process may have made it a moment ago. */
  verificationKey(kid: string): Promise<KeyObject | undefined>
  /** Tokens whose signature these keys have been found to make, with what they say: gone whenever the keys are read anew. */
  verified(): Promise<Map<string, JWTPayload>>
  /** What is published at `/.well-known/jwks.json` (RFC 7517 §5): public halves only, the next key beforehand. */
  published(): Promise<JWK[]>
  /** The next key signs from now on, the current one still verifies, a new next one is published. */
  rotate(): Promise<void>
  /** A key that signs no more stops verifying, too: what it signed is worth nothing from now on. */
  revoke(kid: string): Promise<void>
  /** Every key, the revoked ones too, as Auth0 describes them. */
  list(): Promise<KeyDescription[]>
}

export interface KeyDescription {
  kid: string
  status: 'next' | 'current' | 'previous' | 'revoked'
  /** PEM */
  certificate: string
  /** The certificate once more, in a PKCS #7 bag, PEM. */
  pkcs7: string
  /** SHA-1 of the certificate, in pairs of hex digits. */
  fingerprint: string
  thumbprint: string
  at: Date
  revokedAt: Date | null
}

interface LoadedKeys {
  current: { kid: string; privateKey: KeyObject }
  publicKeys: Map<string, KeyObject>
  verified: Map<string, JWTPayload>
  published: JWK[]
  loadedAt: number
}

const generate = promisify(generateKeyPair)

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
  const signRs256 = signOnce()
  return {
    sign: async (header, payload) => {
      const { current } = await fresh()
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
      const input = `${encode({ alg: 'RS256', ...header, kid: current.kid })}.${encode(payload)}`
      const signature = await signRs256(input, current.privateKey)
      return `${input}.${signature.toString('base64url')}`
    },
    verificationKey: async (kid) => {
      const known = (await fresh()).publicKeys.get(kid)
      // An unknown id is asked for at most once a second: it costs a caller nothing to make one up.
      if (!known && performance.now() - loaded.loadedAt > 1000) loaded = await load(db, secret)
      return known ?? loaded.publicKeys.get(kid)
    },
    verified: async () => (await fresh()).verified,
    published: async () => (await fresh()).published,
    rotate: async () => {
      await transaction(db, async (trx) => {
        await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall signing keys'))`.execute(trx)
        await trx
          .updateTable('signing_keys')
          .set({ status: 'previous', retired_at: sql`now()` })
          .where('status', '=', 'current')
          .execute()
        await trx.updateTable('signing_keys').set({ status: 'current' }).where('status', '=', 'next').execute()
        await addKey(trx, secret, 'next')
      })
      loaded = await load(db, secret)
    },
    revoke: async (kid) => {
      await db
        .updateTable('signing_keys')
        .set({ status: 'revoked', revoked_at: sql`now()` })
        .where('kid', '=', kid)
        .where('status', '=', 'previous')
        .execute()
      loaded = await load(db, secret)
    },
    list: async () => {
      const rows = await db
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy(sql`array_position(ARRAY['current', 'next', 'previous', 'revoked'], status)`)
        .orderBy('created_at', 'desc')
        .execute()
      return rows.map(({ kid, status, public_jwk: jwk, created_at: at, revoked_at: revokedAt }) => {
        const der = Buffer.from(((jwk as JWK).x5c ?? [])[0] ?? '', 'base64')
        const fingerprint = createHash('sha1').update(der).digest('hex').toUpperCase()
        return {
          kid,
          status,
          certificate: pem('CERTIFICATE', der),
          pkcs7: pem('PKCS7', toPkcs7(der)),
          fingerprint: fingerprint.replace(/..(?=.)/g, '$&:'),
          thumbprint: fingerprint,
          at,
          revokedAt,
        }
      })
    },
  }
}

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`

/** A certificate alone in a PKCS #7 SignedData (RFC 2315 §9.1): what some older clients read keys from. */
function toPkcs7(certificate: Buffer): Buffer {
  const wrap = (tag: number, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts)
    const size = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff] // prettier-ignore
    return Buffer.concat([Buffer.from([tag, ...size]), body])
  }
  const oid = (last: number) => Buffer.from([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last])
  const version = Buffer.from([0x02, 0x01, 0x01])
  const signedData = wrap(0x30, version, wrap(0x31), wrap(0x30, oid(1)), wrap(0xa0, certificate), wrap(0x31))
  return wrap(0x30, oid(2), wrap(0xa0, signedData))
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
    verified: new Map(),
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
