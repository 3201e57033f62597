import type { Permission } from '@rollcall/contracts/admin-api'
import { NotAllowed, NotAuthenticated } from '@rollcall/http-kit'
import type { Request } from 'express'
import { grantedBy } from './permissions.ts'

/** Who is asking. A program has a machine-to-machine token: nobody signed in for it. */
export interface Actor {
  /** The token's `sub`: a user id, or `<client id>@clients`. */
  userId: string
  kind: 'person' | 'program'
  permissions: ReadonlySet<Permission>
  /** The permissions as the token names them, with those that Rollcall itself does not know: custom fields may ask for one. */
  claimed: ReadonlySet<string>
}

const actors = new WeakMap<Request, Actor>()

/** Auth0's `sub` for client credentials. A user's has a `|`, also one that an identity provider lets end in @clients. */
const programSubject = /^([^|]+)@clients$/

/** @returns undefined: it is a user's, or Rollcall's own */
export const clientIdOf = (subject: string): string | undefined => programSubject.exec(subject)?.[1]

/**
 * A person's permissions are in `permissions` alone: without RBAC on the API, anybody's token carries whatever scope was asked for.
 * A program's `scope` is what its client grant allows, so it counts where the API writes no `permissions`.
 * @param claims of a verified access token
 */
export function toActor(claims: Readonly<Record<string, unknown>>): Actor | undefined {
  const { sub, permissions, scope } = claims
  if (typeof sub !== 'string' || sub === '') return undefined
  const kind = programSubject.test(sub) ? 'program' : 'person'
  const names = Array.isArray(permissions)
    ? permissions.filter((name) => typeof name === 'string')
    : kind === 'program' && typeof scope === 'string'
      ? scope.split(' ')
      : []
  return { userId: sub, kind, permissions: grantedBy(names), claimed: new Set(names) }
}

export function setActor(req: Request, actor: Actor): void {
  actors.set(req, actor)
}

/** @throws NotAuthenticated if the route was not behind the guard */
export function actorOf(req: Request): Actor {
  const actor = actors.get(req)
  if (!actor) throw new NotAuthenticated('token-missing', 'This needs an access token.')
  return actor
}

/** @throws NotAllowed if the actor lacks the permission */
export function allow(actor: Actor, permission: Permission): Actor {
  if (!actor.permissions.has(permission)) {
    const wider =
      grantedBy(['manage:users']).has(permission) && permission !== 'manage:users' ? ' (or manage:users)' : ''
    throw new NotAllowed('permission-missing', `This needs the permission ${permission}${wider}.`)
  }
  return actor
}
