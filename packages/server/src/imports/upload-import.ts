import { randomUUID } from 'node:crypto'
import type { ImportFormat, NewImportQuery, UserImport } from '@rollcall/contracts/admin-api'
import { copyLine, transaction } from '@rollcall/database'
import { InvalidInput, TooLarge, TooManyRequests } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/audit.store.ts'
import { told, type DoneBy } from '../audit/own-entry.ts'
import type { RunOrigin } from '../store/schema.ts'
import { storable, storableJson } from '../store/storable.ts'
import { auditImport } from './audit-import.ts'
import { checkMode } from './check-mode.ts'
import type { ImportDeps } from './deps.ts'
import { tellOfImport } from './events.ts'
import { guessColumns } from './guess-columns.ts'
import type { FileRow } from './read-file/file-row.ts'
import { openFile } from './read-file/read-file.ts'
import { tellImport } from './read-imports.ts'

export interface Upload {
  actor: Actor
  from: DoneBy['from']
  query: NewImportQuery
  body: AsyncIterable<Buffer>
}

export const mostRows = 1_000_000
const mostColumns = 300
const longestName = 300
const shownSamples = 3

/** A connection of the database each, for as long as the file takes to come. */
const mostAtOnce = 2
let underWay = 0

/**
 * Takes a file in while it comes, whole or not at all, and has it checked. Nothing is sent to the tenant by it.
 * @throws InvalidInput `file-…`, `connection-unknown`, `connection-needed`; TooLarge `file-too-large`, `too-many-rows`; TooManyRequests `too-many-uploads`
 */
export async function uploadImport(deps: ImportDeps, upload: Upload): Promise<UserImport> {
  const { actor, query } = upload
  checkMode(actor, query.mode)
  const connection = await findConnection(deps.tenant, query.connection)
  if (underWay >= mostAtOnce) {
    throw new TooManyRequests('too-many-uploads', `${mostAtOnce} files are being taken in; ask again in a moment.`, 10)
  }
  underWay += 1
  try {
    return await tellImport(deps, actor, await take(deps, { ...upload, connection }))
  } finally {
    underWay -= 1
  }
}

/** Those whose users the tenant keeps itself, with their passwords. */
export async function listDatabases(
  tenant: Pick<TenantClient, 'connections'>,
): Promise<{ id: string; name: string }[]> {
  const all = await tenant.connections()
  return all.filter(({ strategy }) => strategy === 'auth0').map(({ id, name }) => ({ id, name }))
}

/** @param wanted name or id; undefined: the only one, or Auth0's usual one */
export async function findConnection(
  tenant: Pick<TenantClient, 'connections'>,
  wanted: string | undefined,
): Promise<{ id: string; name: string }> {
  const connections = await listDatabases(tenant)
  const isMeant = ({ id, name }: { id: string; name: string }) => id === wanted || name === wanted
  const usual = connections.find(({ name }) => name === 'Username-Password-Authentication')
  const found = wanted === undefined ? (connections.length === 1 ? connections[0] : usual) : connections.find(isMeant)
  if (found) return found
  if (wanted === undefined) throw new InvalidInput('connection-needed', 'Say which database connection users are imported into.') // prettier-ignore
  throw new InvalidInput('connection-unknown', 'There is no such database connection.')
}

async function take(
  { store, tenant }: ImportDeps,
  { actor, from, query, body, connection }: Upload & { connection: { id: string; name: string } },
) {
  const file = await openFile(body, query.format)
  const importId = randomUUID()
  const origin: RunOrigin = { ...from, actorKind: actor.kind, tenant: tenant.origin }
  const columns = new Columns(file.format)
  let rows = 0
  const lines = async function* () {
    for await (const row of file.rows) {
      const content = columns.take(row)
      if (content === undefined) continue // the names
      rows += 1
      if (rows > mostRows) throw new TooLarge('too-many-rows', `A file has at most ${mostRows} rows: send the rest as another.`) // prettier-ignore
      yield copyLine([importId, rows, row.line, content, row.fault ?? null])
    }
  }
  const session = await store.session()
  try {
    return await transaction(session.db, async (trx) => {
      await session.copyInto('import_rows', ['import_id', 'place', 'line', 'content', 'fault'], lines())
      if (rows === 0) throw new InvalidInput('file-empty', 'The file has no rows.')
      const inserted = await trx
        .insertInto('imports')
        .values({
          import_id: importId,
          tenant: tenant.origin,
          actor_id: actor.userId,
          origin: storableJson(origin),
          file_name: query.name,
          format: file.format,
          bytes: file.bytes(),
          connection_id: connection.id,
          connection: connection.name,
          mode: query.mode,
          columns: storableJson(columns.guessed()),
          rows,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      await tellOfImport(trx, importId)
      const changes = told({ file: query.name, format: file.format, rows, connection: connection.name })
      await appendAudit(trx, auditImport(inserted, 'import.create', { changes }))
      return inserted
    })
  } finally {
    await session.close()
  }
}

/** The columns of a file, found while it is read: of CSV the first row, else the members that its objects have. */
class Columns {
  readonly #format: ImportFormat
  readonly #samples = new Map<string, string[]>()
  #names: string[] | undefined

  constructor(format: ImportFormat) {
    this.#format = format
  }

  /** @returns what is kept of the row; undefined: it is the names */
  take({ line, content }: FileRow): string | null | undefined {
    if (content === undefined) return null
    if (!Array.isArray(content)) {
      for (const [name, value] of Object.entries(content)) this.#note(name, typeof value === 'string' ? value : JSON.stringify(value), line) // prettier-ignore
      return JSON.stringify(content)
    }
    if (this.#names) {
      for (const [at, name] of this.#names.entries()) this.#note(name, content[at] ?? '', line)
      return JSON.stringify(content)
    }
    this.#names = unique(content.map((cell) => storable(cell).trim()))
    for (const name of this.#names) this.#note(name, '', line)
    return undefined
  }

  #note(name: string, value: string, line: number): void {
    const known = this.#samples.get(name)
    if (known) {
      if (known.length < shownSamples && value !== '' && value !== 'null') known.push(value)
      return
    }
    if (this.#samples.size >= mostColumns) throw new InvalidInput('too-many-columns', `Line ${line}: there are more than ${mostColumns} columns.`) // prettier-ignore
    if (name.length > longestName) throw new InvalidInput('column-name-too-long', `Line ${line}: the name of a column is longer than ${longestName} characters.`) // prettier-ignore
    this.#samples.set(name, value === '' || value === 'null' ? [] : [value])
  }

  guessed(): UserImport['columns'] {
    const names = this.#format === 'csv' ? (this.#names ?? []) : [...this.#samples.keys()]
    return guessColumns(names).map((column) => ({
      ...column,
      samples: isSecret(column.column) ? [] : (this.#samples.get(column.column) ?? []).map((text) => shown(text)),
    }))
  }
}

/** Passwords, their hashes and second factors are not for anybody's eyes, whatever the column is taken for. */
const isSecret = (name: string) => /pass|pwd|hash|salt|bcrypt|secret|token|mfa|totp|otp/i.test(name)
const looksLikeHash = (text: string) => /\$2[abxy]\$|\$argon2|\$pbkdf2|\$scrypt|^[0-9a-f]{32,}$/i.test(text)
const shown = (text: string) => (looksLikeHash(text) ? '…' : storable(text).slice(0, 60))

/** Two columns of one name are told apart. */
function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name, at) => {
    const wanted = name === '' ? `Column ${at + 1}` : name
    const count = (seen.get(wanted) ?? 0) + 1
    seen.set(wanted, count)
    return count === 1 ? wanted : `${wanted} (${count})`
  })
}
