import { sql } from '@rollcall/database'
import type { RawBuilder, Selectable } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { checkpointQuery, paged, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { originOf } from '../request-origin.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { QuerySyntaxError, parseQuery } from '../users/search/parse-query.ts'
import { compileLogQuery } from './compile-log-query.ts'
import { describeUserAgent, isMobile } from './user-agent.ts'

const ListQuery = z.looseObject({
  ...checkpointQuery,
  sort: z.string().regex(/^[a-z_]+:-?1$/).optional().describe('Field to use for sorting appended with <code>:1</code>  for ascending and <code>:-1</code> for descending. e.g. <code>date:-1</code>'),
  q: z.string().max(8192).optional(),
  search: z.string().max(8192).optional().describe('Retrieves logs that match the specified search criteria.'),
}) // prettier-ignore

type Row = Selectable<TenantSchema['logs']>

function present({ log_id: id, date, type, user_id: userId, body }: Row) {
  const userAgent = typeof body.user_agent === 'string' ? body.user_agent : undefined
  return {
    date: date.toISOString(),
    type,
    ...body,
    user_agent: describeUserAgent(userAgent),
    ...(userId !== null && { user_id: userId }),
    log_id: id,
    _id: id,
    isMobile: isMobile(userAgent),
  }
}

/** What happened, as Auth0 logs it: by page, newest first, or read on from the last entry seen, oldest first. */
export function logsRoutes(context: TenantContext): Router {
  const { db, logs } = context
  const router = Router()
  const select = async (
    condition: RawBuilder<unknown>,
    { limit, offset = 0, isNewestFirst }: { limit: number; offset?: number; isNewestFirst: boolean },
  ) => {
    await logs.flush() // whoever just did something finds it
    const { rows } = await sql<Row>`SELECT * FROM logs WHERE ${condition}
      ORDER BY log_id ${isNewestFirst ? sql`DESC` : sql`ASC`} LIMIT ${limit} OFFSET ${offset}`.execute(db)
    return rows
  }

  router.get('/logs', async (req, res) => {
    requireScope(req, 'read:logs', 'read:logs_users')
    const query = validate(ListQuery, req.query, 'query')
    if (query.from !== undefined || query.take !== undefined) {
      const take = query.take ?? 50
      const rows = await select(sql`log_id > ${query.from ?? ''}`, { limit: take, isNewestFirst: false })
      res.setHeader('Link', nextLink(req, { from: rows.at(-1)?.log_id ?? query.from ?? '', take }))
      return void res.json(rows.map((row) => pick(present(row), query.fields, query.include_fields)))
    }
    const q = query.q ?? query.search
    const rows = await select(q === undefined || q.trim() === '' ? sql`true` : readQuery(q), {
      limit: query.per_page,
      offset: query.page * query.per_page,
      isNewestFirst: query.sort !== 'date:1',
    })
    const items = rows.map((row) => withId(pick(present(row), query.fields, query.include_fields), row))
    // Auth0's total is the length of the page.
    res.json(paged({ ...query, fields: undefined }, { name: 'logs', items, total: items.length, withLength: true }))
  })

  router.get('/logs/:id', async (req, res) => {
    requireScope(req, 'read:logs', 'read:logs_users')
    const [row] = await select(sql`log_id = ${req.params.id}`, { limit: 1, isNewestFirst: true })
    if (!row) throw new ManagementError(404, 'Log not found.', 'inexistent_log')
    res.json(present(row))
  })

  router.get('/users/:id/logs', async (req, res) => {
    requireScope(req, 'read:logs', 'read:logs_users')
    const query = validate(ListQuery, req.query, 'query')
    const rows = await select(sql`user_id = ${req.params.id}`, {
      limit: query.per_page,
      offset: query.page * query.per_page,
      isNewestFirst: query.sort !== 'date:1',
    })
    res.json(paged(query, { name: 'logs', items: rows.map(present), total: rows.length, withLength: true }))
  })

  function nextLink(req: Request, params: { from: string; take: number }): string {
    const url = new URL('/api/v2/logs', originOf(context, req))
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value))
    return `<${url.href}>; rel="next"`
  }
  return router
}

/** The id is shown whatever fields were asked for. */
const withId = (item: object, { log_id: id }: Row) => ({ ...item, _id: id })

function readQuery(q: string): RawBuilder<boolean> {
  try {
    return compileLogQuery(parseQuery(q))
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error
    throw Object.assign(badRequest(`Failed to parse query: ${error.message}.`, 'invalid_query_string'), {
      cause: error,
    })
  }
}
