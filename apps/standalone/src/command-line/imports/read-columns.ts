import type { ImportColumn, UserImport } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { nearest } from '../nearest.ts'

/** What a column of the file is said to be, before anybody knows which columns it has. */
export type SaidColumn = ImportColumn

/** What the text of a key of metadata may be read as. */
const kinds = ['text', 'number', 'boolean', 'json'] as const

/**
 * @param written `Plan=app_metadata.plan`, `Seats=app_metadata.seats:number`; with nothing after the last `=` the column is not imported
 * @throws CommandFailed for what is no field of a user, as this server says
 */
export async function readColumns(api: ApiClient, written: readonly string[]): Promise<SaidColumn[]> {
  if (written.length === 0) return []
  const fields = await readFields(api)
  return written.map((text) => {
    const at = text.lastIndexOf('=')
    if (at < 1) throw misused(`--column ${text} is not COLUMN=FIELD.`)
    const target = text.slice(at + 1)
    const [, path = target, kind] = /^((?:user|app)_metadata\..+):(\w+)$/.exec(target) ?? []
    const as = kind === undefined ? 'text' : kinds.find((one) => one === kind)
    if (as === undefined) throw misused(`--column ${text}: ${kind} is none of ${kinds.join(', ')}.`)
    if (path !== '' && !fields.includes(path) && !/^(user|app)_metadata\.[^.$]+$/.test(path)) throw unknownField(path, fields)
    return { column: text.slice(0, at), to: path === '' ? null : path, as }
  })
} // prettier-ignore

/** @returns the columns of the file, as they were guessed, and over that as they were said. @throws CommandFailed for one that the file has not */
export function withSaid({ columns }: UserImport, said: readonly SaidColumn[]): ImportColumn[] {
  for (const { column } of said) {
    if (columns.some((one) => one.column === column)) continue
    const names = columns.map((one) => one.column)
    const near = nearest(column, names)
    throw misused(
      `The file has no column ${column}.`,
      ...(near === undefined ? [] : [`Did you mean ${near}?`]),
      `It has ${names.join(', ')}.`,
    )
  }
  const targets = new Set(said.flatMap(({ to }) => to ?? []))
  return columns.map(({ column, to, as }) => {
    const one = said.find((other) => other.column === column)
    if (one) return one
    // What somebody has said outdoes a guess: a field has one column.
    return { column, to: to !== null && targets.has(to) ? null : to, as }
  })
}

interface Schema {
  enum?: string[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
}
interface Document {
  paths?: Record<string, { post?: { requestBody?: { content?: Record<string, { schema?: Schema }> } } }>
}

/** Which there are, the server knows. */
async function readFields(api: ApiClient): Promise<string[]> {
  const { paths } = await api.getPublic<Document>('openapi.json')
  const plan = paths?.['/api/imports/{importId}/plan']?.post?.requestBody?.content?.['application/json']?.schema
  const fields = plan?.properties?.columns?.items?.properties?.to?.anyOf?.flatMap((one) => one.enum ?? [])
  if (fields) return fields
  throw new CommandFailed(exitCodes.unavailable, 'not-rollcall', 'The server describes no import of Rollcall’s.')
}

function unknownField(path: string, fields: readonly string[]) {
  const near = nearest(path, fields)
  return misused(
    `There is no field ${path}.`,
    ...(near === undefined ? [] : [`Did you mean ${near}?`]),
    `A field is one of ${fields.join(', ')}, user_metadata.KEY or app_metadata.KEY.`,
  )
}
