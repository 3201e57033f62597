import { z } from 'zod'

/** Auth0 hashes with bcrypt, which looks at no more than 72 bytes. */
const mostBytes = 72

export const Password = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= mostBytes, `Longer than ${mostBytes} bytes.`)
  .refine((text) => !/\p{Cc}/u.test(text), 'Holds a control character.')
  .meta({ format: 'password', writeOnly: true, description: 'Recorded nowhere, in no form.' })
