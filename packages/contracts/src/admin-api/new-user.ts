import { z } from 'zod'
import { ActionWarning } from './actions.ts'
import { noControlCharacter } from './query-values.ts'
import { UserEdit } from './user-edit.ts'

const { name, nickname, givenName, familyName, userMetadata, appMetadata } = UserEdit.shape
const plain = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine(...noControlCharacter)

/** Who somebody new is, within Auth0's limits (Management API, create a user). Which of them a connection asks for, it says. */
export const newUserProfile = {
  connection: plain(128).meta({ description: 'A name of `GET /api/connections`.', example: 'Username-Password-Authentication' }),
  email: z.email().max(320).toLowerCase().optional(),
  username: plain(128).toLowerCase().optional(),
  phoneNumber: z.string().regex(/^\+[0-9]{1,15}$/, 'Expected + and up to 15 digits, such as +4930123456.').optional(),
  name: name.unwrap().unwrap().optional(),
  nickname: nickname.unwrap().unwrap().optional(),
  givenName: givenName.unwrap().unwrap().optional(),
  familyName: familyName.unwrap().unwrap().optional(),
  userMetadata,
  appMetadata: appMetadata.meta({ description: 'Needs `update:users` as well.' }),
} // prettier-ignore

/** Whether those who are made in a connection have something, or may. */
const Use = z.enum(['required', 'optional', 'none'])

/** Where new users can be made. */
export const ConnectionList = z
  .object({
    connections: z.array(
      z.object({
        name: z.string(),
        displayName: z.string().nullable(),
        kind: z.enum(['database', 'email', 'sms']).meta({
          description: '`email` and `sms`: they sign in by a code that is sent to them, without a password.',
        }),
        identifiers: z.object({ email: Use, username: Use, phoneNumber: Use }),
        obstacle: ActionWarning.nullable().meta({ description: 'Why nobody can be made here by Rollcall.' }),
      }),
    ),
  })
  .meta({ id: 'ConnectionList' })
export type ConnectionList = z.infer<typeof ConnectionList>
export type Connection = ConnectionList['connections'][number]
