import type { ManagementImportErrors, ManagementJob } from '@rollcall/contracts/management-api'
import { transaction } from '@rollcall/database'
import { NotFound } from '@rollcall/http-kit'
import { pace } from '../directory/pace.ts'
import { storable } from '../store/storable.ts'
import { noteSettled, readChunkUsers, type Chunk, type ChunkUser, type RowOutcome, type Settled } from './chunks.store.ts' // prettier-ignore
import type { ImportDeps } from './deps.ts'
import { endIfOver } from './end-import.ts'
import { alreadyThere } from './find-duplicates.ts'
import type { ImportEntry } from './imports.store.ts'

/** Of the tenant's clock against ours. */
const clocksDifferMs = 600_000

/** What became of each row of a job that is over: its errors are traced back to the rows, and all others are done. */
export async function settleJob(
  deps: ImportDeps,
  { chunk, job, entry }: { chunk: Chunk; job: ManagementJob; entry: ImportEntry },
): Promise<void> {
  const { store, tenant } = deps
  const users = await readChunkUsers(store.db, chunk)
  const errors = await tenant.jobs.importErrors(job.id)
  const { troubled, untraced } = traceErrors(users, errors)
  const isRepeated = chunk.attempts > 1
  // The first time may have made them: then the second time they are there already.
  if (isRepeated) await forgiveOwn(deps, { chunk, users, troubled })
  if (entry.mode === 'skip') skipThoseThere(troubled)
  const missing = Math.max(untraced, (job.summary?.failed ?? 0) - errors.length)
  const summary = isRepeated || missing > 0 || job.status === 'failed' ? undefined : job.summary
  if (missing > 0 || job.status === 'failed') {
    const rest = users.filter(({ place }) => !troubled.has(place))
    for (const outcome of await lookFor(deps, { chunk, users: rest, isOver: true })) troubled.set(outcome.place, outcome)
  }
  await settle(deps, { chunk, entry, settled: { troubled: [...troubled.values()], summary } })
} // prettier-ignore

/** What became of rows of which it is not known whether they came to the tenant, and which are not to be sent any more. */
export async function settleByLooking(deps: ImportDeps, chunk: Chunk, entry: ImportEntry): Promise<void> {
  const users = await readChunkUsers(deps.store.db, chunk)
  const troubled = await lookFor(deps, { chunk, users, isOver: false })
  await settle(deps, { chunk, entry, settled: { troubled, summary: undefined } })
}

async function settle(
  { store }: ImportDeps,
  { chunk, entry, settled }: { chunk: Chunk; entry: ImportEntry; settled: Settled },
): Promise<void> {
  await transaction(store.db, async (trx) => {
    if (await noteSettled(trx, chunk, settled)) await endIfOver(trx, entry.import_id)
  })
}

/** The tenant tells who was refused by repeating the row; the id it was sent with says which it was, or the address. */
function traceErrors(
  users: readonly ChunkUser[],
  errors: ManagementImportErrors,
): { troubled: Map<number, RowOutcome>; untraced: number } {
  const troubled = new Map<number, RowOutcome>()
  if (errors.length === 0) return { troubled, untraced: 0 }
  const rowOf = new Map<string, ChunkUser>()
  for (const user of users) {
    const id = user.user_id ?? user.new_id
    const phone = (JSON.parse(user.content) as { phone_number?: string }).phone_number
    const keys = { user_id: id, email: user.email?.toLowerCase(), username: user.username, phone_number: phone }
    for (const [name, value] of Object.entries(keys)) if (value !== null && value !== undefined) rowOf.set(`${name} ${value}`, user) // prettier-ignore
  }
  let untraced = 0
  for (const { user, errors: told } of errors) {
    const row = ['user_id', 'email', 'username', 'phone_number']
      .map((name) => (typeof user?.[name] === 'string' ? rowOf.get(`${name} ${keyed(name, user[name])}`) : undefined))
      .find((found) => found !== undefined)
    if (!row) untraced += 1
    else troubled.set(row.place, { place: row.place, state: 'failed', ...inWords(row, told) })
  }
  return { troubled, untraced }
}

const keyed = (name: string, value: string) => (name === 'user_id' ? value.replace(/^auth0\|/, '') : name === 'phone_number' ? value : value.toLowerCase()) // prettier-ignore

/** In the tenant's words, without what nobody is to read there. */
function inWords(row: ChunkUser, errors: ManagementImportErrors[number]['errors']): { code: string; message: string } {
  const [first] = errors
  const secret = secretsOf(row.content)
  const message = errors.map((error) => {
    const isSecret = /pass|mfa|hash/i.test(error.path ?? '') || secret.some((text) => error.message.includes(text))
    return isSecret ? `${error.path?.split('.', 1)[0] ?? 'A value'} is not accepted.` : [error.path, error.message].filter(Boolean).join(': ')
  })
  return {
    code: (first?.code ?? 'refused').toLowerCase().replaceAll('_', '-').slice(0, 100),
    message: storable(message.join(' ')).slice(0, 500),
  }
} // prettier-ignore

function secretsOf(content: string): string[] {
  const { password_hash, custom_password_hash, mfa_factors } = JSON.parse(content) as Record<string, unknown>
  const texts: string[] = []
  JSON.stringify([password_hash, custom_password_hash, mfa_factors], (_key, value: unknown) => {
    if (typeof value === 'string' && value.length >= 8) texts.push(value)
    return value
  })
  return texts
}

/** Those whom the tenant says it has already, and has from us: by the id that we chose, made since the first time. */
async function forgiveOwn(
  deps: ImportDeps,
  { chunk, users, troubled }: { chunk: Chunk; users: readonly ChunkUser[]; troubled: Map<number, RowOutcome> },
): Promise<void> {
  const isSuspect = ({ place }: ChunkUser) => /^(duplicated-user|conflict)/.test(troubled.get(place)?.code ?? '')
  for (const place of await findOurs(deps, chunk, users.filter(isSuspect))) troubled.delete(place)
}

/** Who came since the check, or whom the directory had not heard of: told as those are whom the check found. */
function skipThoseThere(troubled: Map<number, RowOutcome>): void {
  for (const [place, { code }] of troubled)
    if (code === 'duplicated-user') troubled.set(place, { place, state: 'skipped', ...alreadyThere })
}

async function lookFor(
  deps: ImportDeps,
  { chunk, users, isOver }: { chunk: Chunk; users: readonly ChunkUser[]; isOver: boolean },
): Promise<RowOutcome[]> {
  const ours = await findOurs(deps, chunk, users)
  return users
    .filter(({ place }) => !ours.has(place))
    .map(({ place, there_id: thereId }) =>
      isOver && thereId === null
        ? { place, state: 'failed', code: 'not-taken', message: 'The tenant did not take it, and does not say why.' }
        : { place, state: 'unknown', code: 'not-told', message: 'Whether the tenant took it is not known.' },
    )
}

const lookedForAtOnce = 8

/** Asks for one after the other by their ids: after a crash only, and of two pieces at most. @returns the places of those whom we made */
async function findOurs(
  { tenant }: ImportDeps,
  { firstSentAt }: Chunk,
  users: readonly ChunkUser[],
): Promise<Set<number>> {
  const since = (firstSentAt?.getTime() ?? 0) - clocksDifferMs
  const fresh = users.filter((user) => user.there_id === null)
  const ours = new Set<number>()
  const look = async ({ place, user_id: id, new_id: newId }: ChunkUser) => {
    try {
      const there = await tenant.users.getAnew(`auth0|${id ?? newId ?? ''}`)
      if (Date.parse(there.created_at) >= since) ours.add(place)
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
    }
  }
  for (let from = 0; from < fresh.length; from += lookedForAtOnce) {
    await pace(tenant, 'users', noSignal)
    await Promise.all(fresh.slice(from, from + lookedForAtOnce).map(look))
  }
  return ours
}

const noSignal = new AbortController().signal
