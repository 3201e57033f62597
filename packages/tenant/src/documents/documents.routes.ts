import { transaction } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { checkpointQuery, listed, pick } from '../management/paging.ts'
import { textOf, validate } from '../management/validate.ts'
import type { JsonObject, JsonValue, TenantSchema } from '../schema.ts'
import { seal, unseal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { collections } from './collections.ts'
import type { Collection } from './collections.ts'
import { deleteDocument, listDocuments, lockDocument, merge, readDocument, writeDocument } from './documents.store.ts'
import { singletons } from './singletons.ts'
import type { Singleton } from './singletons.ts'

const Body = z.record(z.string().max(255), z.unknown())
const ListQuery = z.looseObject(checkpointQuery)

/** Settings that are kept as documents: those declared in singletons.ts and collections.ts. */
export function documentsRoutes(context: TenantContext): Router {
  const router = Router()
  for (const singleton of singletons) addSingleton(context, router, singleton)
  for (const collection of collections) addCollection(context, router, collection)
  return router
}

interface Kept {
  kind: string
  isSealed?: boolean | undefined
}

/** Documents that hold credentials are sealed as a whole. */
function vault(context: TenantContext, { kind, isSealed = false }: Kept) {
  const place = (id: string) => `document ${kind} ${id}`
  const open = (id: string, body: JsonObject): JsonObject =>
    isSealed && typeof body.sealed === 'string'
      ? (JSON.parse(unseal(context.secret, Buffer.from(body.sealed, 'base64'), place(id))) as JsonObject)
      : body
  return {
    open,
    read: async (db: Kysely<TenantSchema>, id: string) => {
      const body = await readDocument(db, { kind, id })
      return body && open(id, body)
    },
    write: (db: Kysely<TenantSchema>, id: string, body: object) => {
      const kept = isSealed
        ? { sealed: seal(context.secret, JSON.stringify(body), place(id)).toString('base64') }
        : body
      return writeDocument(db, { kind, id, body: kept, now: context.now() })
    },
  }
}

function addSingleton(context: TenantContext, router: Router, singleton: Singleton): void {
  const { path, read, update, verb, initial, isSealed } = singleton
  const kept = vault(context, { kind: path.slice(1), isSealed })
  // A document is an object; a setting that is a list or a word stands in one.
  const isList = Array.isArray(initial)
  const current = async (db: Kysely<TenantSchema>): Promise<JsonValue> => {
    const body = await kept.read(db, '')
    if (isList) return body?.items ?? initial
    return { ...(initial as JsonObject), ...body }
  }

  router.get(path, async (req, res) => {
    requireScope(req, read)
    res.json(await current(context.db))
  })
  router[verb](path, async (req, res) => {
    requireScope(req, update)
    const after = await transaction(context.db, async (trx): Promise<JsonValue> => {
      await lockDocument(trx, { kind: path.slice(1), id: '' })
      if (isList) {
        const items = validate(z.array(z.string().max(100)).max(100), req.body, 'body')
        await kept.write(trx, '', { items })
        return items
      }
      const change = validate(Body, req.body, 'body')
      const before = (await current(trx)) as JsonObject
      const body = verb === 'put' ? merge({}, change) : merge(before, change, ['stage', 'colors'])
      await kept.write(trx, '', body)
      return body
    })
    res.json(after)
  })
}

function addCollection(context: TenantContext, router: Router, collection: Collection): void {
  const { path, name, noun, idKey = 'id', missing, hidden = [], isSealed } = collection
  const { db, now } = context
  const kind = path.slice(1)
  const kept = vault(context, { kind, isSealed })
  const gone = () => new ManagementError(404, missing.message, missing.errorCode)
  const show = (body: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(body).filter(([key]) => !hidden.includes(key)))
  const find = async (source: Kysely<TenantSchema>, id: string) => {
    const body = await kept.read(source, id)
    if (!body) throw gone()
    return body
  }
  const readBody = (req: Request): JsonObject => {
    const body = validate(Body, req.body, 'body') as JsonObject // it came in as JSON
    if (idKey in body) throw badRequest(`Payload validation error: 'Additional properties not allowed: ${idKey}'.`)
    return body
  }

  router.get(path, async (req, res) => {
    requireScope(req, `read:${noun}`)
    const query = validate(ListQuery, req.query, 'query')
    const all = (await listDocuments(db, kind)).filter(({ id, body }) => {
      const shown = kept.open(id, body)
      return ['name', 'actionName', 'triggerId', 'enabled'].every((key) => {
        const wanted = query[key]
        return wanted === undefined || textOf(shown[key === 'actionName' ? 'name' : key]) === textOf(wanted)
      })
    })
    const present = ({ id, body }: (typeof all)[number]) => show(kept.open(id, body))
    if (collection.list === 'array' && query.take === undefined) {
      return void res.json(all.map((row) => pick(present(row), query.fields, query.include_fields)))
    }
    const checkpointOf = ({ created_at: at, id }: (typeof all)[number]) => ({ at, id })
    res.json(listed(query, { name, all, checkpointOf, present }))
  })

  router.post(path, async (req, res) => {
    requireScope(req, `create:${noun}`)
    const given = readBody(req)
    const lacking = collection.required.find((key) => given[key] === undefined)
    if (lacking !== undefined) throw badRequest(`Payload validation error: 'Missing required property: ${lacking}'.`)
    const id = collection.newId()
    const moments: JsonObject = collection.hasMoments
      ? { created_at: now().toISOString(), updated_at: now().toISOString() }
      : {}
    const body = { [idKey]: id, ...merge({ ...collection.defaults?.(given) }, given), ...moments }
    const { unique } = collection
    await transaction(db, async (trx) => {
      const others = unique === undefined ? [] : await listDocuments(trx, kind)
      if (others.some((other) => unique !== undefined && kept.open(other.id, other.body)[unique] === given[unique]))
        throw new ManagementError(409, `Another one with this ${unique} exists already.`, 'conflict')
      await kept.write(trx, id, body)
    })
    res.status(collection.createdStatus ?? 201).json(show(body))
  })

  router.get(`${path}/:id`, async (req, res) => {
    requireScope(req, `read:${noun}`)
    res.json(show(await find(db, req.params.id)))
  })

  for (const verb of collection.update ?? (['patch'] as const)) {
    router[verb](`${path}/:id`, async (req, res) => {
      requireScope(req, `update:${noun}`)
      const change = readBody(req)
      const after = await transaction(db, async (trx) => {
        await lockDocument(trx, { kind, id: String(req.params.id) })
        const before = await find(trx, String(req.params.id))
        const base = verb === 'put' ? { [idKey]: before[idKey] ?? '', ...(before.created_at !== undefined && { created_at: before.created_at }) } : before // prettier-ignore
        const body = {
          ...merge(base as JsonObject, change),
          ...(collection.hasMoments && { updated_at: now().toISOString() }),
        }
        await kept.write(trx, String(req.params.id), body)
        return body
      })
      res.json(show(after))
    })
  }

  router.delete(`${path}/:id`, async (req, res) => {
    requireScope(req, `delete:${noun}`)
    const existed = await deleteDocument(db, { kind, id: req.params.id })
    if (!existed && collection.deleteMissing === 404) throw gone()
    if (collection.deletedStatus === 200) return void res.json({})
    res.status(204).end()
  })
}
