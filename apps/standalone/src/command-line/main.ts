import { openAccessTokens } from './access-token.ts'
import { createApiClient, type ApiClient } from './api-client.ts'
import type { Command } from './command.ts'
import { findCommand, groups } from './commands.ts'
import { CommandFailed, exitCodes, Interrupted } from './failure.ts'
import { helpOn, helpOnAll } from './help.ts'
import { whenToldToStop } from './interruption.ts'
import { jsonLine, plainText } from './plain-text.ts'
import { readWords } from './read-words.ts'
import { openScreen } from './screen.ts'
import { readSettings } from './settings.ts'

/** `npx rollcall users list …`: a client of a running Rollcall, and nothing else of it. */
const args = process.argv.slice(2)
const isJson = args.includes('--json')
const { signal, letGo } = whenToldToStop()

try {
  process.exitCode = await run(args)
} catch (error) {
  process.exitCode = report(signal.aborted ? signal.reason : error)
}
letGo()

async function run(args: string[]): Promise<number> {
  const isHelp = args[0] === 'help'
  const asked = isHelp ? args.slice(1) : args
  const [first, second] = asked
  if (first === undefined || isHelpOption(first)) return print(helpOnAll())
  if (groups.includes(first) && (second === undefined || isHelpOption(second))) return print(helpOnAll(first))

  const found = findCommand(isHelp ? [...asked, '--help'] : asked)
  const { words, options } = readWords(found.command, found.args)
  const screen = openScreen({ env: process.env, isQuiet: options.quiet ?? false, signal })
  const settings = readSettings(process.env)
  const tokens = openAccessTokens(() => settings.credentials(), signal)
  const api = createApiClient({ url: settings.url, tokens, signal, onWait: (line) => screen.tell(line) })
  if (options.help) return print(helpOn(found.command, await askForHelp(found.command, words, api)))
  const call = { words, options, api, screen, stdin: process.stdin, signal }
  return (await found.command.run(call)) || exitCodes.done
}

function isHelpOption(word: string): boolean {
  return word === '--help' || word === '-h'
}

/** Help is to be had without a server, too. */
async function askForHelp(command: Command, words: string[], api: ApiClient): Promise<string[]> {
  try {
    return (await command.helpFromServer?.({ words, api })) ?? []
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.exitCode !== exitCodes.unavailable) throw error
    return [error.message]
  }
}

function print(text: string): number {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  return exitCodes.done
}

/** @returns the exit code */
function report(error: unknown): number {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  if (error instanceof Interrupted) {
    if (error.exitCode !== exitCodes.readerGone) say('Interrupted.')
    return error.exitCode
  }
  if (!(error instanceof CommandFailed)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return exitCodes.failed
  }
  const { code, message, hints, requestId, exitCode } = error
  if (isJson) say(jsonLine({ error: { code, message, hints, requestId } }))
  else {
    say(`rollcall: ${plainText(message)}`)
    for (const hint of hints) say(`  ${plainText(hint)}`)
    if (requestId !== undefined) say(`  (${code}, request ${requestId})`)
  }
  return exitCode
}
