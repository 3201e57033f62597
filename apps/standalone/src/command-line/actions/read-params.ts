import { readFile } from 'node:fs/promises'
import type { Options, Values } from '../command.ts'
import { misused } from '../failure.ts'
import { nearest } from '../nearest.ts'
import type { ParamSchema, ServerAction } from './server-actions.ts'

/** What an action is done with. */
export const paramOptions = {
  param: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a parameter; NAME:=JSON for what is no text' },
  params: { type: 'string', value: 'FILE', help: 'all parameters, as JSON: for secrets and what is long' },
} as const satisfies Options

/**
 * What an action is to be done with: a file of JSON, and over it what was written one by one. Whether the values will do is the server's to say.
 * @param written `name=value` as the parameter's type has it, or `name:=JSON`
 * @throws CommandFailed
 */
export async function readParams(
  action: ServerAction,
  { param: written = [], params: file }: Values<typeof paramOptions>,
): Promise<Record<string, unknown>> {
  const params = file === undefined ? {} : await readFileOfParams(file)
  for (const text of written) {
    const [, name = '', sign, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(text) ?? []
    if (sign === undefined) throw misused(`--param ${text} is not NAME=VALUE.`)
    const schema = Object.hasOwn(action.params, name) ? action.params[name] : undefined
    if (!schema) throw unknownParam(action, name)
    if (schema.writeOnly) {
      throw misused(
        `${name} is a secret: on the command line everybody on this machine can read it, in the list of processes.`,
        `Write {"${name}": "…"} into a file that only you can read, and give it by --params FILE.`,
      )
    }
    const next = sign === ':=' ? parseJson(value, `--param ${name}`) : toValue(name, value, schema)
    const before = params[name]
    params[name] =
      sign === '=' && Array.isArray(before) && Array.isArray(next)
        ? [...(before as unknown[]), ...(next as unknown[])]
        : next
  }
  return params
}

async function readFileOfParams(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw misused(`--params ${file} cannot be read: ${(error as Error).message}.`)
  })
  const params = parseJson(text, `--params ${file}`)
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    throw misused(`--params ${file} holds no JSON object.`)
  return params as Record<string, unknown>
}

/** The text itself is not repeated: it may hold a secret. */
function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw misused(`${where} is no JSON.`)
  }
}

function toValue(name: string, text: string, { type, items }: ParamSchema): unknown {
  const types = [type ?? []].flat()
  if (types.includes('boolean')) {
    if (/^(true|yes)$/i.test(text)) return true
    if (/^(false|no)$/i.test(text)) return false
    throw misused(`${name} is true or false, not “${text}”.`)
  }
  if (types.includes('integer') || types.includes('number')) {
    if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
    throw misused(`${name} is a number, not “${text}”.`)
  }
  if (types.includes('array') && items?.type === 'string') return text.split(',').filter(Boolean)
  if (types.includes('string')) return text
  throw misused(`${name} takes JSON: --param '${name}:=…'.`)
}

function unknownParam({ name: action, params }: ServerAction, name: string) {
  const known = Object.keys(params)
  const near = nearest(name, known)
  return misused(
    `${action} has no parameter ${name}.`,
    ...(near === undefined ? [] : [`Did you mean ${near}?`]),
    known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`,
  )
}
