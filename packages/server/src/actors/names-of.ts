import { sql } from '@rollcall/database'
import { clientIdOf } from '../access/actor.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { ProgramNames } from './program-names.ts'

export interface NamesDeps {
  db: StoreQueries
  programNames: ProgramNames
}

/** What those are called who did something, by their id: people as far as the directory has them, programs as far as the tenant tells. */
export async function namesOf({ db, programNames }: NamesDeps, ids: readonly string[]): Promise<Map<string, string>> {
  const programs = [...new Set(ids)].filter((id) => clientIdOf(id) !== undefined)
  const people = [...new Set(ids)].filter((id) => clientIdOf(id) === undefined)
  const [{ rows }, known] = await Promise.all([
    sql<{ user_id: string; name: string }>`
      SELECT user_id, coalesce(name, email) AS name FROM users
      WHERE user_id = ANY (${people}::text[]) AND coalesce(name, email) IS NOT NULL`.execute(db),
    programs.length > 0 ? programNames() : undefined,
  ])
  const names = new Map(rows.map(({ user_id: id, name }) => [id, name]))
  for (const id of programs) {
    const name = known?.get(clientIdOf(id) ?? '')
    if (name !== undefined) names.set(id, name)
  }
  return names
}
