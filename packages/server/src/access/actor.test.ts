import { permissions } from '@rollcall/contracts/admin-api'
import { expect, test } from 'vitest'
import { allow, toActor } from './actor.ts'

const permissionsOf = (claims: Record<string, unknown>) => [...(toActor(claims)?.permissions ?? [])]

test('manage:users grants everything but the tokens of identity providers, which are asked for by name', () => {
  const all = permissionsOf({ sub: 'auth0|1', permissions: ['manage:users'] })
  expect(all).toEqual(permissions.filter((name) => name !== 'read:idp-tokens'))
  expect(permissionsOf({ sub: 'auth0|1', permissions: ['read:idp-tokens'] })).toEqual(['read:idp-tokens'])
})

test('a finer permission grants itself alone', () => {
  const reader = toActor({ sub: 'auth0|1', permissions: ['read:users', 'edit:events'] })
  expect([...(reader?.permissions ?? [])]).toEqual(['read:users'])
  expect(() => reader && allow(reader, 'delete:users')).toThrow(
    'This needs the permission delete:users (or manage:users).',
  )
  expect(() => reader && allow(reader, 'read:idp-tokens')).toThrow('This needs the permission read:idp-tokens.')
})

test('a person’s scope grants nothing: without RBAC anybody gets the scope they ask for', () => {
  expect(permissionsOf({ sub: 'auth0|1', scope: 'openid manage:users' })).toEqual([])
})

test('a program’s scope counts where the API writes no permissions, and not beside them', () => {
  expect(permissionsOf({ sub: 'abc@clients', scope: 'read:users' })).toEqual(['read:users'])
  expect(permissionsOf({ sub: 'abc@clients', scope: 'manage:users', permissions: [] })).toEqual([])
})

test('a user whose name ends like a program’s is no program', () => {
  expect(toActor({ sub: 'samlp|acme|evil@clients', scope: 'manage:users' })).toMatchObject({ kind: 'person' })
  expect(permissionsOf({ sub: 'samlp|acme|evil@clients', scope: 'manage:users' })).toEqual([])
})

test.each([[{}], [{ sub: '' }], [{ sub: 7 }]])('claims %j name nobody', (claims) => {
  expect(toActor(claims)).toBeUndefined()
})

test('claims of the wrong kind grant nothing', () => {
  expect(permissionsOf({ sub: 'auth0|1', permissions: 'manage:users' })).toEqual([])
  expect(permissionsOf({ sub: 'auth0|1', permissions: [['manage:users'], 1, null] })).toEqual([])
})
