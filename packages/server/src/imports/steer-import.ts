import type { ImportPhase, ImportPlan, UserImport } from '@rollcall/contracts/admin-api'
import { sql, transaction } from '@rollcall/database'
import { Conflict, InvalidInput, NotAllowed } from '@rollcall/http-kit'
import { allow, type Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/audit.store.ts'
import { doneBy, told, type DoneBy } from '../audit/own-entry.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { storableJson } from '../store/storable.ts'
import { auditImport } from './audit-import.ts'
import { checkMode } from './check-mode.ts'
import type { ImportDeps } from './deps.ts'
import { endIfOver } from './end-import.ts'
import { beginning, changeImport, waitingOf, type ImportChange, type ImportEntry } from './imports.store.ts'
import { findVisibleImport, tellImport } from './read-imports.ts'
import { findConnection } from './upload-import.ts'

export interface SteerImport {
  actor: Actor
  from: DoneBy['from']
  importId: string
}

/**
 * Says anew what the columns are, where it goes, and what happens to those who are there already; all rows are checked again.
 * @throws Conflict `import-phase`; InvalidInput `columns-differ`, `column-twice`, `connection-unknown`
 */
export async function planImport(deps: ImportDeps, steer: SteerImport, plan: ImportPlan): Promise<UserImport> {
  const connection = plan.connection === undefined ? undefined : await findConnection(deps.tenant, plan.connection)
  return change(deps, steer, {
    from: ['checking', 'checked', 'failed'],
    isOwn: true,
    mode: plan.mode,
    to: (entry) => ({
      phase: 'checking',
      plan_no: entry.plan_no + 1,
      looked: 0,
      findings: null,
      problem: null,
      ...(plan.mode && { mode: plan.mode }),
      ...(connection && { connection_id: connection.id, connection: connection.name }),
      ...(plan.columns && { columns: storableJson(planned(entry, plan.columns)) }),
    }),
  })
}

function planned(entry: ImportEntry, columns: NonNullable<ImportPlan['columns']>): UserImport['columns'] {
  const isSame = columns.length === entry.columns.length && columns.every(({ column }, at) => column === entry.columns[at]?.column) // prettier-ignore
  if (!isSame)
    throw new InvalidInput('columns-differ', 'body.columns: name the columns that the file has, in their order.')
  const targets = columns.flatMap(({ to }) => to ?? [])
  const twice = targets.find((target, at) => targets.indexOf(target) !== at)
  if (twice !== undefined) throw new InvalidInput('column-twice', `body.columns: ${twice} is filled from two columns.`)
  return columns.map((column, at) => ({ ...column, samples: entry.columns[at]?.samples ?? [] }))
}

/** @throws Conflict `count-differs`, `nobody-waits`, `import-phase` */
export function startImport(deps: ImportDeps, steer: SteerImport, users: number): Promise<UserImport> {
  return change(deps, steer, {
    action: 'import.start',
    from: ['checked'],
    isOwn: true,
    to: (entry) => {
      const waiting = waitingOf(entry)
      if (waiting !== users) throw new Conflict('count-differs', `It would import ${waiting} users, not ${users}: look at it again.`)
      if (waiting === 0) throw new Conflict('nobody-waits', 'There is nobody to import.')
      return { ...beginning(entry), started_at: sql<Date>`now()` }
    },
    tells: ({ mode, connection }) => ({ users, mode, connection }),
  })
} // prettier-ignore

/** What the tenant has been sent is finished. */
export function pauseImport(deps: ImportDeps, steer: SteerImport): Promise<UserImport> {
  return change(deps, steer, { action: 'import.pause', from: ['running'], to: () => ({ phase: 'paused', problem: null }) }) // prettier-ignore
}

export function resumeImport(deps: ImportDeps, steer: SteerImport): Promise<UserImport> {
  return change(deps, steer, {
    action: 'import.resume',
    from: ['paused'],
    isOwn: true,
    to: beginning,
    then: (trx, entry) => endIfOver(trx, entry.import_id),
  })
}

/** Whom the tenant has stays there. */
export function cancelImport(deps: ImportDeps, steer: SteerImport): Promise<UserImport> {
  return change(deps, steer, {
    action: 'import.cancel',
    from: ['checking', 'checked', 'running', 'paused', 'failed'],
    to: () => ({ phase: 'cancelled', ended_at: sql<Date>`now()`, problem: null }),
    then: async (trx, entry) => {
      // What has not been sent will not be.
      await trx
        .deleteFrom('import_chunks')
        .where('import_id', '=', entry.import_id)
        .where('state', '=', 'sending')
        .where('attempts', '=', 0)
        .execute()
    },
  })
}

interface Steps {
  /** As the audit log calls it; absent: nothing has happened that it keeps. */
  action?: string
  from: readonly ImportPhase[]
  /** Only whoever uploaded it, since it is done in their name. */
  isOwn?: boolean
  /** Who is there already: what it is to be from now on. */
  mode?: ImportPlan['mode']
  to(entry: ImportEntry): ImportChange
  then?(trx: StoreQueries, entry: ImportEntry): Promise<unknown>
  tells?(entry: ImportEntry): Record<string, unknown>
}

async function change(deps: ImportDeps, { actor, from, importId }: SteerImport, steps: Steps): Promise<UserImport> {
  const { store } = deps
  const seen = await findVisibleImport(deps, actor, importId)
  allow(actor, 'manage:jobs')
  if (steps.isOwn) {
    if (seen.actor_id !== actor.userId) throw new NotAllowed('import-of-another', 'It is done in the name of whoever uploaded it: only they can say so.')
    checkMode(actor, steps.mode ?? seen.mode)
  }
  const changed = await transaction(store.db, async (trx) => {
    const entry = await trx.selectFrom('imports').selectAll().where('import_id', '=', importId).forUpdate().executeTakeFirstOrThrow()
    if (!steps.from.includes(entry.phase)) throw new Conflict('import-phase', `This is not for an import that is ${phases[entry.phase]}.`)
    const after = await changeImport(trx, { importId, from: steps.from }, steps.to(entry))
    if (!after) throw new TypeError('An import that is held is in the phase that it was held in.')
    if (steps.action !== undefined) {
      const by = doneBy(actor, from)
      const changes = [...told(steps.tells?.(after) ?? {}), { field: 'phase', before: entry.phase, after: after.phase }]
      await appendAudit(trx, auditImport(after, steps.action, { by, changes }))
    }
    await steps.then?.(trx, after)
    return trx.selectFrom('imports').selectAll().where('import_id', '=', importId).executeTakeFirstOrThrow()
  })
  return tellImport(deps, actor, changed)
} // prettier-ignore

const phases: Record<ImportPhase, string> = {
  checking: 'still being checked',
  checked: 'checked and not started',
  running: 'running',
  paused: 'paused',
  done: 'over',
  cancelled: 'cancelled',
  failed: 'one that could not be checked',
}
