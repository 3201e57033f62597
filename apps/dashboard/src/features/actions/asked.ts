import type { ActionRun, BasedOn, JobSelection, User } from '@rollcall/contracts/admin-api'
import { shallowRef } from 'vue'
import type { NamedUser } from '../users/user-words.ts'

/** Something that is to be done to a user, once whoever asks has seen what it would do. */
export interface AskedAction {
  kind: 'action'
  user: NamedUser
  /** Its texts, and by them the action: see offers.ts. */
  words: string
  /** With these, whatever its form would ask for. */
  params?: unknown
  /** What was seen when they were decided on; absent: what the dialog shows. */
  basedOn?: BasedOn
  /** @param user as they are after it; null: they are gone */
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

/** Something that is to be done to many, once a dry run has shown what it would do. */
export interface AskedMany {
  kind: 'many'
  selection: JobSelection
  /** How many they are, where that is known. */
  users?: number | undefined
  /** What is to be done; absent: that is asked, too. */
  words?: string | undefined
}

/** What the dialog over everything is about. */
export const asked = shallowRef<AskedAction | AskedUndo | AskedMany>()

export function askFor(wish: Omit<AskedAction, 'kind'>): void {
  asked.value = { kind: 'action', ...wish }
}

export function askForMany(wish: Omit<AskedMany, 'kind'>): void {
  asked.value = { kind: 'many', ...wish }
}
