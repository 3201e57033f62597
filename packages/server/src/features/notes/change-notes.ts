import type { FieldChange, NoteContent, UserNote, UserNotes } from '@rollcall/contracts/admin-api'
import { Conflict, NotAllowed, NotFound } from '@rollcall/http-kit'
import { changeRemarks, checkUser, type RemarksCall, type RemarksDeps } from './change-remarks.ts'
import {
  deleteNote,
  holdNote,
  insertNote,
  mostNotesOfOne,
  selectNotes,
  updateNote,
  type NoteRow,
} from './notes.store.ts'

export async function listNotes({ db }: Pick<RemarksDeps, 'db'>, userId: string): Promise<UserNotes> {
  return { notes: (await selectNotes(db, userId)).map(presentNote) }
}

/** @throws NotFound `user-not-found`; Conflict `too-many-notes` */
export async function addNote(deps: RemarksDeps, call: RemarksCall, { text }: NoteContent): Promise<UserNote> {
  const { actor, userId } = call
  await checkUser(deps, userId)
  return changeRemarks(deps, call, async (trx) => {
    const row = await insertNote(trx, { userId, authorId: actor.userId, text })
    if (!row) throw new Conflict('too-many-notes', `Of nobody there are more than ${mostNotesOfOne} notes: delete some first.`) // prettier-ignore
    return { result: presentNote(row), action: 'user.add-note', changes: told(row.note_id, null, 'written') }
  })
}

/** @throws NotFound `note-not-found`; NotAllowed `note-of-another` */
export function editNote(
  deps: RemarksDeps,
  call: RemarksCall,
  { noteId, text }: NoteContent & { noteId: string },
): Promise<UserNote> {
  return changeRemarks(deps, call, async (trx) => {
    const row = await holdNote(trx, { userId: call.userId, noteId })
    if (!row) throw noNote()
    if (row.author_id !== call.actor.userId) throw new NotAllowed('note-of-another', 'Only who wrote a note may edit it.') // prettier-ignore
    if (row.text === text) return { result: presentNote(row), action: 'user.edit-note', changes: [] }
    const edited = await updateNote(trx, noteId, text)
    return { result: presentNote(edited), action: 'user.edit-note', changes: told(noteId, 'written', 'edited') }
  })
}

/** One's own, or with `manage:users` anybody's. @throws NotFound `note-not-found`; NotAllowed `note-of-another` */
export function removeNote(deps: RemarksDeps, call: RemarksCall, noteId: string): Promise<void> {
  const { actor, userId } = call
  return changeRemarks(deps, call, async (trx) => {
    const row = await holdNote(trx, { userId, noteId })
    if (!row) throw noNote()
    if (row.author_id !== actor.userId && !actor.permissions.has('manage:users')) {
      throw new NotAllowed('note-of-another', 'Somebody else’s note is deleted with the permission manage:users.')
    }
    await deleteNote(trx, noteId)
    return { result: undefined, action: 'user.delete-note', changes: told(noteId, 'written', null) }
  })
}

const noNote = () => new NotFound('note-not-found', 'There is no such note; it may have been deleted.')

/** What a note says can be deleted and the audit log cannot: the log has that there was one, and no word of it. */
const told = (noteId: string, before: string | null, after: string | null): FieldChange[] => [
  { field: `notes.${noteId}`, before, after },
]

function presentNote(row: NoteRow): UserNote {
  return {
    noteId: row.note_id,
    authorId: row.author_id,
    text: row.text,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
  }
}
