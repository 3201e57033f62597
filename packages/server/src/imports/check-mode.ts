import type { ImportMode } from '@rollcall/contracts/admin-api'
import { allow, type Actor } from '../access/actor.ts'

/** Whoever may create many users; to change those who are there takes the right to change users. */
export function checkMode(actor: Actor, mode: ImportMode): void {
  allow(allow(actor, 'create:users'), 'manage:jobs')
  if (mode === 'upsert') allow(actor, 'update:users')
}
