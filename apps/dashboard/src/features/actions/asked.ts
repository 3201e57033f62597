import type { ActionRun, BasedOn, JobSelection, User } from '@rollcall/contracts/admin-api'
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
export const asked = shallowRef<AskedAction | AskedUndo | AskedPersonalData | AskedMany>()

export function askFor(wish: Omit<AskedAction, 'kind'>): void {
  asked.value = { kind: 'action', ...wish }
}

export function askForMany(wish: Omit<AskedMany, 'kind'>): void {
  asked.value = { kind: 'many', ...wish }
}
