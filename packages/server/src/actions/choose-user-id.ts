import { createHash, randomBytes } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { checkPermissions } from './check-action.ts'
import type { Action } from './define-action.ts'
import type { StateReader } from './facts.ts'

interface Wish {
  action: Action
  actor: Actor
  params: unknown
  idempotencyKey?: string | undefined
}

/** As many as Auth0's own ids have, in hexadecimal digits. */
const idLength = 24

/**
 * The id of somebody who is to be made. It is known before the tenant is asked, so that after a crash the tenant tells whether they are there; and it
 * is the same for a repetition of the same request.
 * @throws NotAllowed without what the action needs
 */
export async function chooseUserId(reader: StateReader, { action, actor, params, idempotencyKey: key }: Wish): Promise<string> {
  checkPermissions(action, actor, params) // before the tenant is asked
  const prefix = (await action.idPrefix?.(reader, params)) ?? ''
  const seed = key === undefined ? randomBytes(32) : JSON.stringify([reader.tenant.origin, actor.userId, key])
  return `${prefix}|${createHash('sha256').update(seed).digest('hex').slice(0, idLength)}`
} // prettier-ignore
