import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { nearest } from '../nearest.ts'

/** The parts of JSON Schema that the parameters of actions are written in. */
export interface ParamSchema {
  type?: string | string[]
  enum?: string[]
  items?: ParamSchema
  default?: unknown
  description?: string
  writeOnly?: boolean
}

/** What can be done to a user, as this server says: there is no list of it here. */
export interface ServerAction {
  /** `user.block` */
  name: string
  summary: string
  /** Which permissions it needs. */
  description: string
  params: Record<string, ParamSchema>
  required: string[]
}

interface Schema extends ParamSchema {
  $ref?: string
  properties?: Record<string, Schema>
  required?: string[]
}
interface Operation {
  summary?: string
  description?: string
  requestBody?: { content: Record<string, { schema: Schema }> }
}
interface Document {
  paths?: Record<string, { post?: Operation }>
  components?: { schemas?: Record<string, Schema> }
}

const place = /^\/api\/users\/\{userId\}\/actions\/([^/{}]+)$/

/** Reads them from the server's own description of its API. */
export async function readServerActions(api: ApiClient): Promise<ServerAction[]> {
  const { paths, components = {} } = await api.getPublic<Document>('openapi.json')
  if (!paths)
    throw new CommandFailed(exitCodes.unavailable, 'not-rollcall', 'The server describes no API of Rollcall’s.')
  const follow = ({ $ref, ...schema }: Schema): Schema =>
    $ref === undefined ? schema : (components.schemas?.[$ref.split('/').at(-1) ?? ''] ?? {})
  return Object.entries(paths).flatMap(([path, { post }]) => {
    const name = place.exec(path)?.[1]
    if (name === undefined || !post) return []
    const body = post.requestBody?.content['application/json']?.schema.properties ?? {}
    const { properties = {}, required = [] } = follow(body.params ?? {})
    const params = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, follow(schema)]))
    return [{ name, summary: post.summary ?? '', description: post.description ?? '', params, required }]
  })
}

/** `user.block` is `block` to whoever types it. */
export const shortName = (name: string) => name.replace(/^user\./, '')

/**
 * @param options.isCommand whether it was written where a command of `rollcall users` could stand
 * @throws CommandFailed for an action that the server has none of
 */
export async function findServerAction(
  api: ApiClient,
  written: string,
  { isCommand }: { isCommand: boolean },
): Promise<ServerAction> {
  const actions = await readServerActions(api)
  const action = actions.find(({ name }) => name === written || shortName(name) === written)
  if (action) return action
  const near = nearest(shortName(written), actions.map(({ name }) => shortName(name))) // prettier-ignore
  const before = isCommand ? 'rollcall users ' : ''
  throw misused(
    isCommand
      ? `There is no command ${before}${written}, and no action of that name.`
      : `There is no action ${written}.`,
    ...(near === undefined ? [] : [`Did you mean ${before}${near}?`]),
    'rollcall users actions lists what can be done to users.',
  )
}

export function describeParam(name: string, { type, enum: choices, items, default: usual }: ParamSchema): string {
  const kind = choices?.join('|') ?? (type === 'array' ? `${String(items?.type ?? 'object')}, …` : [type ?? 'object'].flat().join('|'))
  return `${name}=${kind}${usual === undefined ? '' : ` (${JSON.stringify(usual)})`}`
} // prettier-ignore
