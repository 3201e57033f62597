import { commonOptions, type Command, type Options } from './command.ts'
import { commands, groups } from './commands.ts'

const elsewhere = ['rollcall audit verify   Say whether the audit log is as it was recorded']

/** What there is. @param group narrows it to `users`, say */
export function helpOnAll(group?: string): string {
  const shown = commands.filter(({ name }) => group === undefined || (name[0] === group && name.length > 1))
  const names = shown.map(({ name, takes }) => `rollcall ${name.join(' ')} ${takes}`.trim())
  const widest = Math.max(...names.map((name) => name.length))
  return [
    'Rollcall on the command line: finds, takes out and changes the users of your tenant, as a client of a running Rollcall.',
    '',
    ...shown.map(({ summary }, at) => `  ${(names[at] ?? '').padEnd(widest)}   ${summary}`),
    ...(group === undefined ? ['', ...elsewhere.map((line) => `  ${line}`)] : []),
    '',
    ...(group === undefined || group === 'users'
      ? ['Every action is a command: rollcall users block, users delete, …; rollcall users actions lists them.']
      : []),
    `rollcall ${group ?? groups[0]} COMMAND --help tells more. Exit codes and settings: docs/command-line.md.`,
    '',
    ...(group === undefined ? settings : []),
  ].join('\n')
}

const settings = [
  'Settings, from the environment or the file .env:',
  '  ROLLCALL_URL                                  where Rollcall is (http://localhost:8000)',
  '  ROLLCALL_CLIENT_ID, ROLLCALL_CLIENT_SECRET    a machine-to-machine application, authorized for',
  '  ROLLCALL_AUDIENCE (or AUTH0_AUDIENCE)         the API whose permissions count, in',
  '  ROLLCALL_TENANT (or AUTH0_DOMAIN)             the tenant; or, in place of the four,',
  '  ROLLCALL_TOKEN                                an access token',
  '',
]

export function helpOn(command: Command, fromServer: readonly string[]): string {
  const { name, takes, summary, options, more = [], examples = [] } = command
  return [
    `${summary}.`,
    '',
    `  rollcall ${name.join(' ')} ${takes}`.trimEnd(),
    '',
    ...describeOptions({ ...options, ...commonOptions }),
    '',
    ...more.flatMap((line) => [line, '']),
    ...(fromServer.length > 0 ? [...fromServer, ''] : []),
    ...(examples.length > 0 ? ['For example:', ...examples.map((line) => `  ${line}`), ''] : []),
  ].join('\n')
}

function describeOptions(options: Options): string[] {
  const rows = Object.entries(options).map(
    ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
  )
  const widest = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, help]) => `  ${left.padEnd(widest)}   ${help}`)
}
