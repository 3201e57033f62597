import { migrate, openDatabase, sql, type Database } from '@rollcall/database'
import { testDatabase } from '@rollcall/test-kit'
import { insertGroups, insertPerson, type Group, type Person, type Tables } from './person.ts'

/** A directory of these people, to be closed. Whose addresses are shared is known, as after a fill. */
export async function openPeople(
  people: readonly Person[],
  groups?: { roles: Group[]; organizations: Group[] },
): Promise<Database<Tables>> {
  const url = await testDatabase({
    name: 'rollcall',
    async prepare(empty) {
      const { db, close } = openDatabase<never>({ url: empty, schema: 'rollcall', poolSize: 1 })
      await migrate(db, { schema: 'rollcall', folder: new URL('../../../../../migrations/', import.meta.url) })
      await close()
    },
  })
  const database = openDatabase<Tables>({ url, schema: 'rollcall', poolSize: 2 })
  if (groups) await insertGroups(database.db, groups.roles, groups.organizations)
  for (const person of people) await insertPerson(database.db, person)
  await sql`INSERT INTO shared_emails SELECT email_key FROM users WHERE email IS NOT NULL GROUP BY 1 HAVING count(*) > 1`.execute(database.db) // prettier-ignore
  return database
}
