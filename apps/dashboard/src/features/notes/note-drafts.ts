/** A note that is being written anew. */
export interface NoteEdit {
  noteId: string
  /** The text when the writing began. */
  seen: string
  text: string
}

export const isNoteWritten = (added: string | undefined, edit: NoteEdit | undefined): boolean =>
  (added ?? '').trim() !== '' || (edit !== undefined && edit.text !== edit.seen)
