import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { SealBroken, seal, unseal } from './sealing.ts'

const secret = randomBytes(32)

test('what was sealed opens with its own key, in its own place', () => {
  const sealed = seal(secret, 'a client’s secret', 'client secret A')
  expect(sealed.toString('latin1')).not.toContain('secret')
  expect(unseal(secret, sealed, 'client secret A')).toBe('a client’s secret')
})

test('another key, another place and a changed byte are all told as a broken seal', () => {
  const sealed = seal(secret, 'x', 'client secret A')
  const changed = Buffer.from(sealed)
  changed.writeUInt8(changed.readUInt8(28) ^ 1, 28)
  expect(() => unseal(randomBytes(32), sealed, 'client secret A')).toThrow(SealBroken)
  expect(() => unseal(secret, sealed, 'client secret B')).toThrow(SealBroken)
  expect(() => unseal(secret, changed, 'client secret A')).toThrow(SealBroken)
  expect(() => unseal(secret, Buffer.alloc(3), 'client secret A')).toThrow(SealBroken)
})
