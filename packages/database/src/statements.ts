import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'

/** To stand in a statement whose best plan depends on its values, or whose text is made from what somebody asked for. */
export const plannedAnew = sql`/* planned anew */`
const isPlannedAnew = /\/\* planned anew \*\/|\b(i?like|_exists_)\b/i

/**
 * Has PostgreSQL parse each statement once per connection. One that searches by pattern, or says so (`plannedAnew`), has no name: the plan of a
 * named one is made without seeing the values after five runs, and then misses the trigram index.
 */
export function send(client: pg.ClientBase, statement: string, parameters?: unknown): Promise<pg.QueryResult> {
  // Without values the simple protocol: only it takes a migration's many statements at once.
  if (!Array.isArray(parameters) || parameters.length === 0) return client.query(statement)
  return sendQuery(client, { statement, parameters, name: nameOf(statement) })
}

/** By a query of the driver's own kind: one that is described by an object it copies property by property, which takes as long as to send it. */
function sendQuery(
  client: pg.ClientBase,
  { statement, parameters, name }: { statement: string; parameters: unknown[]; name: string | undefined },
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = Object.assign(new pg.Query(statement, parameters) as OpenQuery, { name, callback: done })
    if (name !== undefined) expectRows(query, client, name)
    client.query(query)

    function done(error: Error | null, result: pg.QueryResult): void {
      if (error === null || error === undefined) {
        if (name !== undefined) noteRows(query, client, name)
        return resolve(result)
      }
      Error.captureStackTrace(error) // else it leads to a socket
      reject(error)
    }
  })
}

/** A query of the driver with what it has inside. */
interface OpenQuery extends pg.Query {
  _accumulateRows: boolean
  _result: Shape
  prepare(connection: Messages): void
}

/** How a statement's rows are to be read: once made of what PostgreSQL says of them. */
interface Shape {
  fields: unknown
  _parsers: unknown
  _prebuiltEmptyResultObject: unknown
}

/** Of the driver's connection what a query sends by. */
interface Messages {
  _send(message: Buffer): void
  describe(): void
}

/** Of each connection the shapes of its named statements: PostgreSQL runs such a one only for as long as it gives the same columns. */
const shapes = new WeakMap<pg.ClientBase, Map<string, Shape>>()

function noteRows(
  { _result: { fields, _parsers, _prebuiltEmptyResultObject } }: OpenQuery,
  client: pg.ClientBase,
  name: string,
): void {
  const known = shapes.get(client) ?? new Map<string, Shape>()
  shapes.set(client, known)
  if (!known.has(name)) known.set(name, { fields, _parsers, _prebuiltEmptyResultObject })
}

/** Has PostgreSQL not describe again what is known: to write and to read that takes longer than a row does. */
function expectRows(query: OpenQuery, client: pg.ClientBase, name: string): void {
  const shape = shapes.get(client)?.get(name)
  if (!shape) return
  Object.assign(query._result, shape)
  query._accumulateRows = true
  const { prepare } = query
  query.prepare = (connection) => {
    const messages: Buffer[] = []
    prepare.call(query, gathering(connection, messages))
    connection._send(Buffer.concat(messages))
  }
}

/** The same connection, by which all but the question for a description is kept, to be sent in one piece. */
const gathering = (connection: Messages, messages: Buffer[]): Messages =>
  Object.assign(Object.create(connection) as Messages, {
    _send: (message: Buffer) => messages.push(message),
    describe: () => undefined,
  })

/** Whether the connection is lost with the query: the server shut it (SQLSTATE class 57P), or the error is not the server's at all. */
export function endsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || (error.code?.startsWith('57P') ?? false)
}

const names = new Map<string, string>()
/** PostgreSQL keeps a named statement for as long as its connection lasts. */
const mostNames = 2000

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined) return known
  if (names.size >= mostNames || isPlannedAnew.test(text)) return undefined
  const name = createHash('sha1').update(text).digest('base64url')
  names.set(text, name)
  return name
}
