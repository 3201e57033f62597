import { parseArgs } from 'node:util'
import { commonOptions, type Command, type Options, type Values } from './command.ts'
import { misused } from './failure.ts'
import { nearest } from './nearest.ts'

/** What must not stand on a command line: everybody on the machine reads it in the list of processes. */
const secrets: Record<string, string> = {
  token: 'ROLLCALL_TOKEN',
  'access-token': 'ROLLCALL_TOKEN',
  'client-secret': 'ROLLCALL_CLIENT_SECRET',
  secret: 'ROLLCALL_CLIENT_SECRET',
}
const looksLikeToken = /(^|=)eyJ[\w-]+\.[\w-]+\.[\w-]*/

/**
 * @param args what stands after the command's name
 * @throws CommandFailed for an option there is none of, with the one that may have been meant
 */
export function readWords(
  command: Command,
  args: string[],
): { words: string[]; options: Values<Options & typeof commonOptions> } {
  const known: Options = { ...command.options, ...commonOptions }
  refuseSecrets(args)
  const { tokens, values, positionals } = parseArgs({
    args,
    options: { ...Object.fromEntries(Object.entries(known).map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }])), h: { type: 'boolean' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  }) // prettier-ignore
  const usage = `rollcall ${command.name.join(' ')} --help tells what it takes.`
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (name === 'h' && rawName === '-h') continue
    const option = Object.hasOwn(known, name) ? known[name] : undefined
    if (!option || rawName !== `--${name}`) throw unknownOption(args[token.index] ?? rawName, Object.keys(known), usage)
    if (option.type === 'string' && (value === undefined || (!token.inlineValue && value.startsWith('--'))))
      throw misused(
        `--${name} needs ${option.value ?? 'a value'} after it.`,
        `Write --${name}=${value ?? option.value ?? '…'}.`,
      )
    if (option.type === 'boolean' && value !== undefined) throw misused(`--${name} takes no value.`, usage)
    if (seen.has(name) && !option.multiple) throw misused(`--${name} is there twice.`, usage)
    seen.add(name)
  }
  const { h, ...options } = values as Record<string, string | boolean | string[] | undefined>
  return {
    words: positionals,
    options: { ...options, ...(h !== undefined && { help: true }) } as Values<Options & typeof commonOptions>,
  }
}

function refuseSecrets(args: string[]): void {
  for (const arg of args) {
    if (arg === '--') return
    const variable = arg.startsWith('--') ? secrets[arg.slice(2).split('=', 1)[0] ?? ''] : undefined
    if (variable === undefined && !looksLikeToken.test(arg)) continue
    throw misused(
      'A secret on the command line can be read by everybody on this machine, in the list of processes.',
      `Set ${variable ?? 'ROLLCALL_TOKEN'} in the environment.`,
    )
  }
}

function unknownOption(written: string, known: string[], usage: string) {
  const near = nearest(written.replace(/^-+|=.*$/gs, ''), known)
  return misused(
    `There is no option ${written}.`,
    ...(near === undefined ? [] : [`Did you mean --${near}?`]),
    'What begins with a minus and is no option stands after --, such as -- -id|1.',
    usage,
  )
}
