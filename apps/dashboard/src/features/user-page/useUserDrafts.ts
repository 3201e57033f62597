import type { User } from '@rollcall/contracts/admin-api'
import { computed } from 'vue'
import type { ComputedRef, InjectionKey, ShallowRef } from 'vue'
import { isNoteWritten } from '../notes/note-drafts.ts'
import type { NoteEdit } from '../notes/note-drafts.ts'
import { isWritten } from './metadata-edit.ts'
import type { MetadataDraft, MetadataTable } from './metadata-edit.ts'
import { profileChanges } from './profile-edit.ts'
import type { ProfileDraft } from './profile-edit.ts'
import { useDraft } from './useDraft.ts'

/** What is being written about one user, whichever tab is open. */
export interface UserDrafts {
  profile: ShallowRef<ProfileDraft | undefined>
  metadata: Record<MetadataTable, ShallowRef<MetadataDraft | undefined>>
  /** A new note. */
  note: ShallowRef<string | undefined>
  noteEdit: ShallowRef<NoteEdit | undefined>
  /** Of what there are changes that nobody has saved. */
  unsaved: ComputedRef<('profile' | 'note' | MetadataTable)[]>
  discard: () => void
}

export const userDraftsKey: InjectionKey<UserDrafts> = Symbol('drafts of a user')

/** @param staffId another member of staff in the same tab finds nothing of it */
export function useUserDrafts(staffId: string, userId: () => User['userId']): UserDrafts {
  const keyOf = (what: string) => () => `rollcall.draft.${staffId}.${userId()}.${what}`
  const profile = useDraft<ProfileDraft>(keyOf('profile'))
  const metadata = {
    userMetadata: useDraft<MetadataDraft>(keyOf('userMetadata')),
    appMetadata: useDraft<MetadataDraft>(keyOf('appMetadata')),
  }
  const note = useDraft<string>(keyOf('note'))
  const noteEdit = useDraft<NoteEdit>(keyOf('noteEdit'))
  return {
    profile,
    metadata,
    note,
    noteEdit,
    unsaved: computed(() => [
      ...(profile.value && Object.keys(profileChanges(profile.value)).length > 0 ? (['profile'] as const) : []),
      ...(['userMetadata', 'appMetadata'] as const).filter((table) => {
        const draft = metadata[table].value
        return draft && isWritten(draft)
      }),
      ...(isNoteWritten(note.value, noteEdit.value) ? (['note'] as const) : []),
    ]),
    discard: () => {
      profile.value = undefined
      metadata.userMetadata.value = undefined
      metadata.appMetadata.value = undefined
      note.value = undefined
      noteEdit.value = undefined
    },
  }
}
