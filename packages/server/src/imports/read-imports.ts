import type { Readable } from 'node:stream'
import type {
  ImportPage,
  ImportRowPage,
  ImportRowsQuery,
  ImportsQuery,
  UserImport,
} from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { NotFound } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import { namesOf } from '../actors/names-of.ts'
import { spreadsheetText } from '../spreadsheet-text.ts'
import type { ImportDeps } from './deps.ts'
import { findImport, type ImportEntry } from './imports.store.ts'
import { presentImport, presentImportRow, type ImportUserEntry } from './present-import.ts'

/** Others' imports are for those who look after what others do. */
const seesAll = ({ permissions }: Actor) => permissions.has('read:audit')

/** @throws NotFound `import-not-found`, also for an import that is none of theirs */
export async function findVisibleImport({ store, tenant }: ImportDeps, actor: Actor, importId: string): Promise<ImportEntry> {
  const entry = await findImport(store.db, tenant.origin, importId)
  if (!entry || (entry.actor_id !== actor.userId && !seesAll(actor)))
    throw new NotFound('import-not-found', 'There is no such import.')
  return entry
} // prettier-ignore

export async function tellImport(deps: ImportDeps, actor: Actor, entry: ImportEntry): Promise<UserImport> {
  const [told] = await tellImports(deps, actor, [entry])
  if (!told) throw new TypeError('One import is told as one.')
  return told
}

async function tellImports(
  { store: { db }, programNames }: ImportDeps,
  actor: Actor,
  entries: readonly ImportEntry[],
): Promise<UserImport[]> {
  const names = await namesOf({ db, programNames }, entries.map((entry) => entry.actor_id)) // prettier-ignore
  return entries.map((entry) => presentImport({ entry, viewerId: actor.userId, names, now: new Date() }))
}

export async function getImport(deps: ImportDeps, actor: Actor, importId: string): Promise<UserImport> {
  return tellImport(deps, actor, await findVisibleImport(deps, actor, importId))
}

export async function listImports(deps: ImportDeps, actor: Actor, { limit, after }: ImportsQuery): Promise<ImportPage> {
  let query = deps.store.db.selectFrom('imports').selectAll().where('tenant', '=', deps.tenant.origin)
  if (!seesAll(actor)) query = query.where('actor_id', '=', actor.userId)
  if (after !== undefined)
    query = query.where('seq', '<', (all) => all.selectFrom('imports').select('seq').where('import_id', '=', after))
  const found = await query
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute()
  const entries = found.slice(0, limit)
  const next = found.length > limit ? (entries.at(-1)?.import_id ?? null) : null
  return { imports: await tellImports(deps, actor, entries), next }
}

/** In the order of the file. */
export async function listImportRows(
  deps: ImportDeps,
  actor: Actor,
  { importId, query }: { importId: string; query: ImportRowsQuery },
): Promise<ImportRowPage> {
  const { state, code, after, limit } = query
  await findVisibleImport(deps, actor, importId)
  const { rows } = await sql<ImportUserEntry>`
    SELECT place, line, state, email, username, user_id, new_id, there_id, code, message FROM import_users
    WHERE import_id = ${importId} AND place > ${after}
      AND ${state === undefined ? sql`true` : sql`state = ${state}`} AND ${code === undefined ? sql`true` : sql`code = ${code}`}
    ORDER BY place LIMIT ${limit + 1}`.execute(deps.store.db)
  const shown = rows.slice(0, limit)
  return { rows: shown.map(presentImportRow), next: rows.length > limit ? (shown.at(-1)?.place ?? null) : null }
}

/** A line of CSV for each row that has a problem, or for each, as a stream whose memory does not grow with their number. */
export async function openReport(
  deps: ImportDeps,
  actor: Actor,
  { importId, rows }: { importId: string; rows: 'problems' | 'all' },
): Promise<{ name: string; open: () => Promise<{ content: Readable }> }> {
  const { file_name: name } = await findVisibleImport(deps, actor, importId)
  const only = rows === 'all' ? sql`true` : sql`state IN ('invalid', 'skipped', 'failed', 'unknown')`
  const text = (column: string) => sql`${spreadsheetText(sql.ref(column))} AS ${sql.ref(column)}`
  const question = sql`SELECT line, state, ${text('email')}, ${text('username')}, code, ${text('message')}
    FROM import_users WHERE import_id = ${importId}::uuid AND ${only} ORDER BY place`
  const plain = name.replace(/\.\w+$/, '').replace(/[^\w.-]+/g, '-').slice(0, 80)
  return { name: `${plain}-report`, open: async () => ({ content: await deps.store.copyCsv(question) }) }
} // prettier-ignore
