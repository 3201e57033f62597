/** What a script can rely on: an exit code never changes its meaning. docs/command-line.md has them as a table. */
export const exitCodes = {
  done: 0,
  failed: 1,
  misused: 2,
  notPermitted: 3,
  notFound: 4,
  inTheWay: 5,
  unavailable: 6,
  interrupted: 130,
  /** As a shell has it of a program that SIGPIPE ended: nobody reads any more. */
  readerGone: 141,
} as const

/** Why a command could not be done, in words for the person at the keyboard and a code for a script. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly exitCode: number
  /** Kebab-case: of the server's refusal, or our own. */
  readonly code: string
  /** Further lines: where the fault is, what to do. */
  readonly hints: string[]
  readonly requestId: string | undefined

  constructor(
    exitCode: number,
    code: string,
    message: string,
    { hints = [], requestId, cause }: { hints?: string[]; requestId?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.exitCode = exitCode
    this.code = code
    this.hints = hints
    this.requestId = requestId
  }
}

/** The command itself is wrong: nothing was asked of anybody. */
export const misused = (message: string, ...hints: string[]) =>
  new CommandFailed(exitCodes.misused, 'misused', message, { hints })

/** Told to stop, or left without a reader, in the middle. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(exitCode: number) {
    super('Interrupted.')
    this.exitCode = exitCode
  }
}
