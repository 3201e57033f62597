import type { Readable } from 'node:stream'
import type { ApiClient } from './api-client.ts'
import type { Screen } from './screen.ts'

export interface Option {
  type: 'string' | 'boolean'
  multiple?: boolean
  /** How its value is called in the help: `N`. */
  value?: string
  help: string
}
export type Options = Record<string, Option>

type Value<One extends Option> = One['type'] extends 'boolean'
  ? boolean
  : One extends { multiple: true }
    ? string[]
    : string
export type Values<Asked extends Options> = { [Name in keyof Asked]?: Value<Asked[Name]> | undefined }

/** What every command takes. */
export const commonOptions = {
  json: { type: 'boolean', help: 'JSON: a line for each thing found or done, one document where there is one thing' },
  quiet: { type: 'boolean', help: 'no progress' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Options

export interface Call<Asked extends Options> {
  /** What stands after the command's words, options taken out. */
  words: string[]
  options: Values<Asked & typeof commonOptions>
  api: ApiClient
  screen: Screen
  stdin: Readable
  signal: AbortSignal
}

export interface Command<Asked extends Options = Options> {
  /** `['users', 'list']` */
  name: readonly string[]
  summary: string
  /** What stands after its name: `[FILTER]`. */
  takes: string
  options: Asked
  /** Further paragraphs of its help. */
  more?: string[]
  examples?: string[]
  /** What cannot be known beforehand: what the server offers. */
  helpFromServer?(call: Pick<Call<Asked>, 'words' | 'api'>): Promise<string[]>
  /** @returns the exit code; absent: it is done. @throws CommandFailed */
  run(call: Call<Asked>): Promise<number | void>
}

/** @returns the same, its options known to itself alone */
export function defineCommand<const Asked extends Options>(command: Command<Asked>): Command {
  return command as unknown as Command
}
