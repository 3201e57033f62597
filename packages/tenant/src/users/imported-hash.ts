import { createHash, createHmac, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { z } from 'zod'

const encoding = z.enum(['base64', 'hex', 'utf8'])
const salt = z.strictObject({
  value: z.string().min(1).max(1024),
  encoding: encoding.default('utf8'),
  position: z.enum(['prefix', 'suffix']).default('prefix'),
})
const digests = ['md5', 'sha1', 'sha256', 'sha512'] as const
const hashValue = z.string().min(1).max(4096)

/** A password hash of another system, as Auth0's bulk import takes it ("Bulk Import Database Schema": custom_password_hash). */
export const CustomPasswordHash = z.discriminatedUnion('algorithm', [
  z.strictObject({
    algorithm: z.literal('argon2'),
    hash: z.strictObject({ value: hashValue.regex(/^\$argon2(id|i|d)\$/), encoding: z.literal('utf8').optional() }),
    password: z.looseObject({}).optional(),
  }),
  z.strictObject({
    algorithm: z.literal('bcrypt'),
    hash: z.strictObject({ value: hashValue.regex(/^\$2[aby]\$\d{2}\$/), encoding: z.literal('utf8').optional() }),
    password: z.looseObject({}).optional(),
  }),
  z.strictObject({
    algorithm: z.literal('pbkdf2'),
    // $pbkdf2-sha512$i=100000,l=64$salt$hash, both in base64 without padding
    hash: z.strictObject({
      value: hashValue.regex(/^\$pbkdf2-(md5|sha1|sha256|sha512)\$i=\d{1,9}(,l=\d{1,5})?\$[^$]+\$[^$]+$/),
      encoding: z.literal('utf8').optional(),
    }),
    password: z.looseObject({}).optional(),
  }),
  z.strictObject({
    algorithm: z.literal('hmac'),
    hash: z.strictObject({
      value: hashValue,
      encoding: z.enum(['base64', 'hex']).default('hex'),
      digest: z.enum(digests),
      key: z.strictObject({ value: z.string().min(1).max(1024), encoding: encoding.default('utf8') }),
    }),
    salt: salt.optional(),
    password: z.looseObject({}).optional(),
  }),
  z.strictObject({
    algorithm: z.literal('scrypt'),
    hash: z.strictObject({ value: hashValue, encoding: z.enum(['base64', 'hex']).default('hex') }),
    salt: z.strictObject({ value: z.string().min(1).max(1024), encoding: encoding.default('utf8') }),
    keylen: z.int().min(8).max(512),
    cost: z.int().min(2).max(1_048_576).default(16_384),
    blockSize: z.int().min(1).max(64).default(8),
    parallelization: z.int().min(1).max(16).default(1),
    password: z.looseObject({}).optional(),
  }),
  z.strictObject({
    algorithm: z.literal('ldap'),
    hash: z.strictObject({ value: hashValue.regex(/^\{S?(MD5|SHA)\}/i), encoding: z.literal('utf8').optional() }),
    password: z.looseObject({}).optional(),
  }),
  ...digests.map((algorithm) =>
    z.strictObject({
      algorithm: z.literal(algorithm),
      hash: z.strictObject({ value: hashValue, encoding: z.enum(['base64', 'hex']).default('hex') }),
      salt: salt.optional(),
      password: z.looseObject({}).optional(),
    }),
  ),
])
export type CustomPasswordHash = z.infer<typeof CustomPasswordHash>

const prefix = 'imported:'

/** How an imported hash stands beside our own. */
export const storeImported = (hash: CustomPasswordHash): string => `${prefix}${JSON.stringify(hash)}`

/** undefined for a hash that is ours. */
export function readImported(passwordHash: string): CustomPasswordHash | undefined {
  if (!passwordHash.startsWith(prefix)) return undefined
  return CustomPasswordHash.parse(JSON.parse(passwordHash.slice(prefix.length)))
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt)
const pbkdf2Async = promisify(pbkdf2)

/** Whether this is the password behind another system's hash. */
export async function matchesImported(custom: CustomPasswordHash, password: string): Promise<boolean> {
  switch (custom.algorithm) {
    case 'argon2':
      return verifyArgon2(custom.hash.value, password)
    case 'bcrypt':
      return verifyBcrypt(password, custom.hash.value.replace(/^\$2y\$/, '$2b$'))
    case 'pbkdf2': {
      const [, name = '', options = '', saltText = '', hashText = ''] = custom.hash.value.split('$')
      const iterations = Number(/i=(\d+)/.exec(options)?.[1])
      const expected = Buffer.from(hashText, 'base64')
      const digest = name.slice('pbkdf2-'.length)
      const derived = await pbkdf2Async(password, Buffer.from(saltText, 'base64'), iterations, expected.length, digest)
      return isEqual(derived, expected)
    }
    case 'hmac': {
      const { value, encoding: form, digest, key } = custom.hash
      const mac = createHmac(digest, Buffer.from(key.value, key.encoding))
      return isEqual(mac.update(salted(password, custom.salt)).digest(), Buffer.from(value, form))
    }
    case 'scrypt': {
      const { hash, salt: given, keylen, cost, blockSize, parallelization } = custom
      const options = { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize }
      const derived = await scryptAsync(password, Buffer.from(given.value, given.encoding), keylen, options)
      return isEqual(derived, Buffer.from(hash.value, hash.encoding))
    }
    case 'ldap': {
      const [, scheme = '', text = ''] = /^\{(\w+)\}(.*)$/.exec(custom.hash.value) ?? []
      const digest = scheme.toUpperCase().endsWith('MD5') ? 'md5' : 'sha1'
      const bytes = Buffer.from(text, 'base64')
      const length = digest === 'md5' ? 16 : 20
      const own = createHash(digest).update(password).update(bytes.subarray(length)).digest()
      return isEqual(own, bytes.subarray(0, length))
    }
    default: {
      const own = createHash(custom.algorithm).update(salted(password, custom.salt)).digest()
      return isEqual(own, Buffer.from(custom.hash.value, custom.hash.encoding))
    }
  }
}

function salted(password: string, given: z.infer<typeof salt> | undefined): Buffer {
  const bytes = Buffer.from(password)
  if (!given) return bytes
  const grains = Buffer.from(given.value, given.encoding)
  return Buffer.concat(given.position === 'prefix' ? [grains, bytes] : [bytes, grains])
}

const isEqual = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other)
