import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** How everything a caller presents (cookie, code, token) is kept. */
export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A value nobody can guess: 32 bytes, base64url, 43 characters. */
export const unguessable = (): string => randomBytes(32).toString('base64url')

/** Compares without telling by its time where two values differ, nor how long the right one is. */
export const isSame = (one: string, other: string): boolean => isHashOf(sha256(other), one)

/** As isSame, where the hash of the right value is kept. */
export const isHashOf = (hash: Buffer, text: string): boolean => timingSafeEqual(sha256(text), hash)
