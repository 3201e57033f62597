import {
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  Kysely,
  PostgresDialect,
  PostgresQueryCompiler,
  RawNode,
  ValueNode,
  type AbortableOperationOptions,
  type CompiledQuery,
  type QueryId,
  type QueryResult,
  type RootOperationNode,
} from 'kysely'
import type pg from 'pg'
import type { Connections } from './connections.ts'
import { endsConnection, send } from './statements.ts'

/** Kysely on these connections. */
export function openKysely<Schema>(connections: Connections): Kysely<Schema> {
  const dialect = new PostgresDialect({ pool: poolOf(connections) })
  const driver = dialect.createDriver()
  void driver.init() // of its pool, which is there: done before this returns
  const executor = new DirectExecutor(
    connections,
    new RawCompiler(),
    dialect.createAdapter(),
    new DefaultConnectionProvider(driver),
  )
  return new Kysely<Schema>({ config: { dialect }, dialect, driver, executor })
}

/** Most of our statements are SQL in pieces: what lies directly within such a piece is written without a visit of its own. */
class RawCompiler extends PostgresQueryCompiler {
  protected override visitRaw({ sqlFragments, parameters }: RawNode): void {
    for (const [place, fragment] of sqlFragments.entries()) {
      this.append(fragment)
      const parameter = parameters[place]
      if (parameter === undefined) continue
      if (RawNode.is(parameter)) this.visitRaw(parameter)
      else if (ValueNode.is(parameter) && !parameter.immediate) this.appendValue(parameter.value)
      else this.visitNode(parameter)
    }
  }
}

/**
 * Asks a single question straight away, where Kysely goes through seven promises for what a transaction may need. Transactions are Kysely's as ever.
 */
class DirectExecutor extends DefaultQueryExecutor {
  readonly #connections: Connections
  readonly #compiled = new WeakMap<RootOperationNode, CompiledQuery>()

  constructor(connections: Connections, ...standard: ConstructorParameters<typeof DefaultQueryExecutor>) {
    super(...standard)
    this.#connections = connections
  }

  /** Of what is asked again by the same pieces the text is known. */
  override compileQuery(node: RootOperationNode, queryId: QueryId): CompiledQuery {
    const known = this.#compiled.get(node) ?? super.compileQuery(node, queryId)
    this.#compiled.set(node, known)
    return known
  }

  override async executeQuery<Row>(
    query: CompiledQuery,
    options?: AbortableOperationOptions,
  ): Promise<QueryResult<Row>> {
    if (options?.signal) return super.executeQuery(query, options)
    const client = await this.#connections.take()
    let isSpoiled = false
    try {
      const { command, rowCount, rows } = await send(client, query.sql, query.parameters)
      const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE'
      // Of many statements at once, as in a migration, there are no rows.
      return changes ? { numAffectedRows: BigInt(rowCount ?? 0), rows: rows ?? [] } : { rows: rows ?? [] }
    } catch (error) {
      isSpoiled = endsConnection(error)
      throw error
    } finally {
      this.#connections.give(client, isSpoiled)
    }
  }
}

/** The three members of a pool that Kysely's dialect uses. */
function poolOf(connections: Connections): pg.Pool {
  return {
    connect: async () => {
      const client = await connections.take()
      let isSpoiled = false
      return {
        query: async (statement: string, parameters?: unknown) => {
          try {
            return await send(client, statement, parameters)
          } catch (error) {
            isSpoiled ||= endsConnection(error)
            throw error
          }
        },
        // A broken one is thrown away: its socket may close only after the next query has been given to it.
        release: (isDiscarded = false) => connections.give(client, isSpoiled || isDiscarded),
      }
    },
    end: () => connections.close(),
  } as unknown as pg.Pool
}
