import { sql } from '@rollcall/database'
import type { Kysely, Selectable } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

export type KeptMail = Omit<Selectable<TenantSchema['mails']>, 'position'>

const mostKept = 1000
const columns = ['id', 'kind', 'recipient', 'subject', 'body', 'created_at'] as const

/** The newest first. @param to only those to this address or number */
export function listMails(
  db: Kysely<TenantSchema>,
  { limit, to }: { limit: number; to?: string | undefined },
): Promise<KeptMail[]> {
  return db
    .selectFrom('mails')
    .select(columns)
    .$if(to !== undefined, (mails) => mails.where('recipient', '=', to ?? ''))
    .orderBy('position', 'desc')
    .limit(limit)
    .execute()
}

export function findMail(db: Kysely<TenantSchema>, id: string): Promise<KeptMail | undefined> {
  return db.selectFrom('mails').select(columns).where('id', '=', id).executeTakeFirst()
}

/** Mail is about people: it is kept for a week, and no more than a thousand of it. */
export async function sweepMails(db: Kysely<TenantSchema>, now: Date): Promise<void> {
  await db
    .deleteFrom('mails')
    .where('created_at', '<', new Date(now.getTime() - 7 * 86_400_000))
    .execute()
  await sql`DELETE FROM mails WHERE position <= (SELECT max(position) FROM mails) - ${mostKept}`.execute(db)
}
