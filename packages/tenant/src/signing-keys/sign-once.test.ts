import { generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { signOnce } from './sign-once.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

test('what is to be signed twice at the same moment is signed once, and everything else by itself', async () => {
  const sign = signOnce()
  const asked = ['one', 'one', 'other'].map((input) => sign(input, privateKey))
  expect(asked[0]).toBe(asked[1])
  const [first, , other] = await Promise.all(asked)
  expect(verify('RSA-SHA256', Buffer.from('one'), publicKey, first ?? Buffer.alloc(0))).toBe(true)
  expect(verify('RSA-SHA256', Buffer.from('other'), publicKey, other ?? Buffer.alloc(0))).toBe(true)
})

test('it does not remember without bounds', async () => {
  const sign = signOnce()
  const first = sign('0', privateKey)
  await Promise.all(Array.from({ length: 1000 }, (_unused, index) => sign(String(index + 1), privateKey)))
  expect(sign('0', privateKey)).not.toBe(first)
})
