import { pipeline } from 'node:stream/promises'
import { PassThrough, Readable } from 'node:stream'
import { Kysely, PostgresDialect } from 'kysely'
import type { RawBuilder, Transaction } from 'kysely'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { openConnections } from './connections.ts'
import { startLeading, type LeadOptions } from './lead.ts'
import { startListening, type ListenOptions } from './listen.ts'
import { openKysely } from './open-kysely.ts'

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database` */
  url: string
  /** The schema its tables are in; `public` is searched after it. */
  schema: string
  poolSize?: number
  /** A role to act as, that the user of the URL may take on. */
  role?: string
}

/** Why a database cannot be used, in a sentence for the person who started the program. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
}

/** One connection, kept for as long as something needs it to be the same: a temporary table, a COPY inside a transaction. */
export interface Session<Schema> {
  db: Kysely<Schema>
  /** Like that of the database; of the transaction that is open on `db`, if one is. */
  copyInto: Database<Schema>['copyInto']
  close(): Promise<void>
}

export interface Database<Schema> {
  db: Kysely<Schema>
  schema: string
  /**
   * Fills a table by COPY, the fastest way in.
   * @param lines rows in PostgreSQL's text format (`copyLine` makes one)
   * @returns how many rows went in; all of them or none
   */
  copyInto(table: string, columns: string[], lines: AsyncIterable<string> | Iterable<string>): Promise<number>
  /**
   * Streams what a query gives, by COPY: as fast as the reader takes it, in memory that does not grow with the number of rows. A reader who leaves
   * early ends the query.
   * @param query one that gives a single column of JSON
   * @returns a line for each row
   */
  copyJson(query: RawBuilder<unknown>): Promise<Readable>
  /** The same of several columns, U+0002 between them. A value with a line break in it stands between two U+0001. */
  copyColumns(query: RawBuilder<unknown>): Promise<Readable>
  /** The same of any columns, as PostgreSQL writes them with the least work: its text format, which `readCell` reads. */
  copyText(query: RawBuilder<unknown>): Promise<Readable>
  /**
   * The same of any columns, as CSV (RFC 4180) with a line of names first.
   * @param names where they may be longer than those of columns (63 bytes); absent: as the columns are called
   */
  copyCsv(query: RawBuilder<unknown>, names?: readonly string[]): Promise<Readable>
  session(): Promise<Session<Schema>>
  /** Hears what is sent to a channel by NOTIFY, on a connection of its own. @returns how to stop */
  listen(options: ListenOptions): () => Promise<void>
  /** Does some work in only one of all the processes that ask for it. @returns how to hand it over */
  lead(options: LeadOptions): () => Promise<void>
  close(): Promise<void>
}

// int8 arrives as text by default; none of our counts leaves the safe range.
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)

/** Opens a pool; nothing is connected before the first query. */
export function openDatabase<Schema>({ url, schema, poolSize = 10, role }: DatabaseOptions): Database<Schema> {
  // One query, one core: what many wait for at once gains nothing by taking the others' cores, and to set workers going costs more than most of our
  // queries take (half a second where shared memory is a file, as in the embedded cluster).
  const settings = `-c search_path=${quote(schema)},public -c datestyle=ISO -c max_parallel_workers_per_gather=0${role === undefined ? '' : ` -c role=${role}`}`
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    connectionTimeoutMillis: 10_000,
    // PostgreSQL's processes come to know its shared memory page by page: a new one takes ten times as long for what reads many.
    idleTimeoutMillis: 600_000,
    options: settings,
    application_name: `rollcall ${schema}`,
  })
  // An idle connection that breaks is replaced at the next query, which reports what is wrong; without a listener it would end us.
  pool.on('error', () => undefined)
  const connections = openConnections(pool)
  const db = openKysely<Schema>(connections)
  /** For what must not wait for a place in the pool, nor take one for long. */
  const newClient = () => {
    const client = new pg.Client({
      connectionString: url,
      types,
      connectionTimeoutMillis: 5000,
      keepAlive: true,
      options: settings,
      application_name: `rollcall ${schema}`,
    })
    client.on('error', () => undefined) // its end is what is listened to
    return client
  }
  return {
    db,
    schema,
    async copyInto(table, columns, lines) {
      const client = await connections.take()
      try {
        return await copyLines(client, { table, columns, lines })
      } finally {
        connections.give(client)
      }
    },
    async session() {
      const client = newClient()
      await client.connect()
      const only = { connect: async () => Object.assign(client, { release: () => undefined }), end: () => client.end() }
      // the two members that Kysely's dialect uses
      const own = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: only as unknown as pg.Pool }) })
      return {
        db: own,
        copyInto: (table, columns, lines) => copyLines(client, { table, columns, lines }),
        close: () => own.destroy(),
      }
    },
    listen: (options) => startListening(newClient, options),
    lead: (options) => startLeading(newClient, options),
    // JSON holds neither of the two control characters, so no line of it is ever quoted.
    copyJson: (query) => copyOut(query, bare),
    copyColumns: (query) => copyOut(query, bare),
    copyText: (query) => copyOut(query, 'FORMAT text'),
    copyCsv: (query, names) =>
      names ? copyOut(query, 'FORMAT csv', csvLine(names)) : copyOut(query, 'FORMAT csv, HEADER'),
    close: () => db.destroy(),
  }

  async function copyOut(query: RawBuilder<unknown>, format: string, begin?: string): Promise<Readable> {
    const { sql: statement, parameters } = query.compile(db)
    const client = await connections.take()
    // COPY takes no parameters: they are written into the statement as literals.
    const text = statement.replace(/\$(\d+)/g, (_, place: string) => literal(parameters[Number(place) - 1]))
    const stream = client.query(copyTo(`COPY (${text}) TO STDOUT (${format})`, { highWaterMark: 2 ** 18 }))
    let isReleased = false
    // One that was left before its end has rows in its pipe still: the connection is of no more use.
    const release = (isSpoiled: boolean) => {
      if (!isReleased) connections.give(client, isSpoiled)
      isReleased = true
    }
    stream.once('end', () => release(false))
    stream.once('error', () => release(true))
    stream.once('close', () => release(true))
    return begin === undefined ? stream : withBegin(begin, stream)
  }
}

async function copyLines(
  client: pg.ClientBase,
  { table, columns, lines }: { table: string; columns: string[]; lines: AsyncIterable<string> | Iterable<string> },
): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${quote(table)} (${columns.map(quote).join(', ')}) FROM STDIN`))
  await pipeline(Readable.from(lines), stream)
  return stream.rowCount ?? 0
}

const csvLine = (cells: readonly string[]) =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join()}\n`

/** What is read, after something of ours. Whoever leaves early ends the reading. */
function withBegin(begin: string, source: Readable): Readable {
  const content = new PassThrough({ highWaterMark: 2 ** 18 })
  content.push(begin)
  source.once('error', (error) => content.destroy(error))
  content.once('close', () => source.destroy())
  return source.pipe(content)
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString())
  if (typeof value === 'string') return pg.escapeLiteral(value)
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]::text[]`
  throw new TypeError('Only plain values and lists of text can stand in a COPY.')
}

const bare = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"

/** One row in COPY's text format. */
export function copyLine(values: (string | number | boolean | null)[]): string {
  return `${values.map((value) => (value === null ? '\\N' : String(value).replace(/[\\\n\r\t]/g, escape))).join('\t')}\n`
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escape = (character: string) => escapes[character] ?? character

/** A value of a row in COPY's text format; null where there is none. */
export function readCell(cell: string): string | null {
  if (!cell.includes('\\')) return cell
  return cell === '\\N' ? null : cell.replace(/\\(.)/g, (_, character: string) => unescapes[character] ?? character)
}

const unescapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Everything or nothing; inside a transaction, part of it. */
export function transaction<Schema, Result>(
  db: Kysely<Schema> | Transaction<Schema>,
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  return db.isTransaction ? work(db as Transaction<Schema>) : db.transaction().execute(work)
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
