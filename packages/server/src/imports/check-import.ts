import type { ImportFindings } from '@rollcall/contracts/admin-api'
import { copyLine, sql, transaction } from '@rollcall/database'
import { problemNow } from '../store/problem-now.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { storableJson } from '../store/storable.ts'
import type { ImportDeps } from './deps.ts'
import { findDuplicatesInFile, findThoseThere } from './find-duplicates.ts'
import { changeImport, type ImportEntry } from './imports.store.ts'
import { emailKeyOf, mapRow, type MappedRow, type ReadRow } from './map-row.ts'
import { warningsOf } from './warnings.ts'

/** Who else asks something meanwhile is answered in between. */
const rowsAtOnce = 2000
/** Of fewer the plan does not matter. */
const manyRows = 20_000
const shownProblems = 50
const shownSamples = 6

const mostTries = 3

/**
 * Checks the next import that is to be. One that was begun with by a server that died is begun anew.
 * @param tries how often each has gone wrong here: what does not pass by must not keep the others waiting
 * @returns false: there is none
 */
export async function checkNext(deps: ImportDeps, tries: Map<string, number>, signal: AbortSignal): Promise<boolean> {
  const entry = await deps.store.db
    .selectFrom('imports')
    .selectAll()
    .where('tenant', '=', deps.tenant.origin)
    .where('phase', '=', 'checking')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  if (!entry) return false
  const { import_id: importId, plan_no: planNo } = entry
  const tried = (tries.get(importId) ?? 0) + 1
  tries.set(importId, tried)
  try {
    await checkImport(deps, entry, signal)
    tries.delete(importId)
  } catch (error) {
    if (tried < mostTries) throw error
    tries.delete(importId)
    deps.logger.error({ err: error, importId }, 'an import could not be checked')
    const problem = problemNow({ code: 'internal', message: 'Something went wrong here while it was checked.' })
    await changeImport(deps.store.db, { importId, from: ['checking'], planNo }, { phase: 'failed', problem })
  }
  return true
}

/** Goes through all rows by themselves, and then finds those that are the same as others. */
async function checkImport(deps: ImportDeps, entry: ImportEntry, signal: AbortSignal): Promise<void> {
  const { store, directory } = deps
  const { import_id: importId, plan_no: planNo } = entry
  const still = { importId, from: ['checking'], planNo } as const
  await store.db.deleteFrom('import_users').where('import_id', '=', importId).execute()
  let withPassword = 0
  for (let after = 0; ; ) {
    if (signal.aborted) return
    const rows = await readRows(store.db, { importId, after })
    const last = rows.at(-1)
    if (!last) break
    after = last.place
    const mapped = rows.map((row) => mapRow(row, entry))
    withPassword += mapped.filter(({ hasPassword }) => hasPassword).length
    await store.copyInto('import_users', columns, mapped.map((row) => lineOf(importId, row)))
    await deps.onStep('checked some rows')
    // Somebody has changed the plan, or cancelled it: this check is of no use.
    if (!(await changeImport(store.db, still, { looked: after }))) return
  }
  // Until statistics know of these rows they count as a handful, and each would be looked for by itself.
  if (entry.rows > manyRows) await sql`ANALYZE import_users`.execute(store.db)
  const hasDirectory = Boolean((await directory?.status())?.filledAt)
  await transaction(store.db, async (trx) => {
    await findDuplicatesInFile(trx, importId)
    if (hasDirectory) await findThoseThere(trx, entry)
    const counts = await countRows(trx, importId)
    // Another server that was at it as well has taken rows away: it has to be done again.
    if (counts.rows !== entry.rows) return
    const { invalid, skipped, to_create, to_update } = counts
    const problems = await readProblems(trx, importId)
    const findings: ImportFindings = {
      problems,
      warnings: warningsOf({ entry, hasDirectory, withPassword, toUpdate: to_update }),
      samples: await readSamples(trx, importId),
      withPassword,
    }
    const change = { phase: 'checked', invalid, skipped, to_create, to_update, findings: storableJson(findings) } as const
    await changeImport(trx, still, change)
  })
} // prettier-ignore

function readRows(db: StoreQueries, { importId, after }: { importId: string; after: number }): Promise<ReadRow[]> {
  return db
    .selectFrom('import_rows')
    .select(['place', 'line', 'content', 'fault'])
    .where('import_id', '=', importId)
    .where('place', '>', after)
    .orderBy('place')
    .limit(rowsAtOnce)
    .execute()
}

const columns = ['import_id', 'place', 'line', 'state', 'email', 'email_key', 'username', 'user_id', 'new_id', 'content', 'code', 'message'] // prettier-ignore

const lineOf = (importId: string, row: MappedRow) =>
  copyLine([
    importId,
    row.place,
    row.line,
    row.problem ? 'invalid' : 'waiting',
    row.email,
    emailKeyOf(row.email),
    row.username,
    row.userId,
    row.newId,
    row.content,
    row.problem?.code ?? null,
    row.problem?.message ?? null,
  ])

async function countRows(trx: StoreQueries, importId: string) {
  const { rows } = await sql<Record<'rows' | 'invalid' | 'skipped' | 'to_create' | 'to_update', number>>`SELECT count(*) AS rows,
    count(*) FILTER (WHERE state = 'invalid') AS invalid, count(*) FILTER (WHERE state = 'skipped') AS skipped,
    count(*) FILTER (WHERE state = 'waiting' AND there_id IS NULL) AS to_create, count(*) FILTER (WHERE state = 'waiting' AND there_id IS NOT NULL) AS to_update
    FROM import_users WHERE import_id = ${importId}`.execute(trx)
  const [counts] = rows
  if (!counts) throw new TypeError('A count is one row.')
  return counts
} // prettier-ignore

async function readProblems(trx: StoreQueries, importId: string): Promise<ImportFindings['problems']> {
  const { rows } = await sql<ImportFindings['problems'][number]>`
    SELECT code, min(message) AS message, count(*) AS rows, min(line) AS line FROM import_users
    WHERE import_id = ${importId} AND state IN ('invalid', 'skipped') GROUP BY code ORDER BY count(*) DESC, code LIMIT ${shownProblems}`.execute(trx)
  return rows
} // prettier-ignore

async function readSamples(trx: StoreQueries, importId: string): Promise<ImportFindings['samples']> {
  const found = await trx
    .selectFrom('import_users')
    .select(['line', 'there_id', 'content'])
    .where('import_id', '=', importId)
    .where('state', '=', 'waiting')
    .orderBy('place')
    .limit(shownSamples)
    .execute()
  return found.map(({ line, there_id: thereId, content }) => ({
    line,
    isThere: thereId !== null,
    user: shown(JSON.parse(content ?? '{}') as Record<string, unknown>),
  }))
}

const secrets = new Set(['password_hash', 'custom_password_hash', 'mfa_factors'])
const shown = (user: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(user).map(([name, value]) => [name, secrets.has(name) ? '[hidden]' : value]))
