import { foldText } from '@rollcall/contracts/admin-api'
import { sql, type Selectable } from '@rollcall/database'
import type { StoreQueries } from '../../store/open-store.ts'
import type { RollcallSchema } from '../../store/schema.ts'
import { storable } from '../../store/storable.ts'

export type NoteRow = Selectable<RollcallSchema['user_notes']>

/** More than anybody reads; a script that writes notes in a loop ends here. */
export const mostNotesOfOne = 200

/** The newest first. */
export function selectNotes(db: StoreQueries, userId: string): Promise<NoteRow[]> {
  return db
    .selectFrom('user_notes')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('note_id')
    .execute()
}

/** @returns undefined if it would be one too many */
export async function insertNote(
  trx: StoreQueries,
  { userId, authorId, text }: { userId: string; authorId: string; text: string },
): Promise<NoteRow | undefined> {
  await lockRemarks(trx, userId) // counted together, two would both be the last
  const { notes } = await trx
    .selectFrom('user_notes')
    .select(({ fn }) => fn.countAll<number>().as('notes'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  if (notes >= mostNotesOfOne) return undefined
  return trx
    .insertInto('user_notes')
    .values({ user_id: userId, author_id: authorId, ...textOf(text) })
    .returningAll()
    .executeTakeFirst()
}

/** A note as it is until the transaction ends. */
export function holdNote(
  trx: StoreQueries,
  { userId, noteId }: { userId: string; noteId: string },
): Promise<NoteRow | undefined> {
  return trx
    .selectFrom('user_notes')
    .selectAll()
    .where('note_id', '=', noteId)
    .where('user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst()
}

export function updateNote(trx: StoreQueries, noteId: string, text: string): Promise<NoteRow> {
  return trx
    .updateTable('user_notes')
    .set({ ...textOf(text), edited_at: sql<Date>`clock_timestamp()` })
    .where('note_id', '=', noteId)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteNote(trx: StoreQueries, noteId: string): Promise<void> {
  await trx.deleteFrom('user_notes').where('note_id', '=', noteId).execute()
}

/** Who changes what is said of a user does so one after another. */
export async function lockRemarks(trx: StoreQueries, userId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext(${`rollcall remarks ${userId}`}))`.execute(trx)
}

const textOf = (text: string) => ({ text: storable(text), txt: foldText(text) })
