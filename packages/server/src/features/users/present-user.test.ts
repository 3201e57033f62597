import { User } from '@rollcall/contracts/admin-api'
import { ManagementUser } from '@rollcall/contracts/management-api'
import { expect, test } from 'vitest'
import { createCustomFields } from '../../custom-fields/custom-fields.ts'
import { toActor } from '../../access/actor.ts'
import { presentUser } from './present-user.ts'

const reader = toActor({ sub: 'auth0|1', permissions: ['read:users'] })
if (!reader) throw new Error('These are claims of somebody.')
const everything = createCustomFields().sightOf(reader)

const bare = {
  user_id: 'sms|1',
  created_at: '2025-01-02T03:04:05.678Z',
  updated_at: '2025-01-02T05:04:05.678+02:00',
}

test('what the tenant leaves out is spelt out', () => {
  const user = presentUser(ManagementUser.parse(bare), everything)
  expect(User.parse(user)).toEqual({
    userId: 'sms|1',
    name: null,
    email: null,
    isEmailVerified: false,
    picture: null,
    connection: null,
    isBlocked: false,
    createdAt: '2025-01-02T03:04:05.678Z',
    lastLoginAt: null,
    loginCount: 0,
    username: null,
    nickname: null,
    givenName: null,
    familyName: null,
    phoneNumber: null,
    updatedAt: '2025-01-02T03:04:05.678Z',
    lastIp: null,
    lastPasswordResetAt: null,
    hasMfa: false,
    identities: [],
    userMetadata: {},
    appMetadata: {},
  })
})

test('what a dashboard must not see is left out', () => {
  const secretive = {
    ...bare,
    password: 'hash-secret',
    multifactor: ['guardian'],
    identities: [
      {
        provider: 'google-oauth2',
        user_id: 42, // as a number, from some providers
        connection: 'google-oauth2',
        isSocial: true,
        access_token: 'idp-secret',
        refresh_token: 'idp-secret',
        profileData: { access_token: 'idp-secret' },
      },
    ],
  }
  const user = presentUser(ManagementUser.parse(secretive), everything)
  expect(JSON.stringify(user)).not.toContain('secret')
  expect(user.identities).toEqual([
    { provider: 'google-oauth2', userId: '42', connection: 'google-oauth2', isSocial: true },
  ])
})
