import type { ActionRun, BasedOn, User } from '@rollcall/contracts/admin-api'
import { shallowRef } from 'vue'
import type { NamedUser } from '../users/user-words.ts'

/** Something that is to be done to a user, once whoever asks has seen what it would do. */
export interface AskedAction {
  kind: 'action'
  /** null: somebody is to be made. */
  user: NamedUser | null
  /** Its texts, and by them the action: see offers.ts. */
  words: string
  /** With these, whatever its form would ask for. */
  params?: unknown
  /** What was seen when they were decided on; absent: what the dialog shows. */
  basedOn?: BasedOn
  /** Called when the dialog has nothing more to show. @param user as they are after it; null: they are gone */
  onDone?: (user: User | null) => unknown
}

/** An undo (or redo) that could not be done just like that. */
export interface AskedUndo {
  kind: 'undo'
  user: NamedUser
  words: string
  run: ActionRun
  isRedo: boolean
  problem: Error
}

/** A file of everything that is held on a user. */
export interface AskedPersonalData {
  kind: 'personal-data'
  user: NamedUser
}

/** What the dialog over everything is about. */
export const asked = shallowRef<AskedAction | AskedUndo | AskedPersonalData>()

export function askFor(wish: Omit<AskedAction, 'kind'>): void {
  asked.value = { kind: 'action', ...wish }
}
