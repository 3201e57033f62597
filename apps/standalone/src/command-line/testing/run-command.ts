import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Ended {
  code: number | null
  /** Standard output. */
  out: string
  /** Standard error. */
  told: string
}

export interface CommandOptions {
  env: Record<string, string>
  input?: string
  /** More of the input may come, and never does. */
  isInputOpen?: boolean
  cwd?: string
  /** By the launcher, as npx does. */
  isLaunched?: boolean
  /** When this is over, somebody presses Ctrl-C. */
  interruptedAfter?: () => Promise<unknown>
}

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const launcher = fileURLToPath(new URL('../../../bin/rollcall.mjs', import.meta.url))
/** As the launcher has it. */
const compileCache = fileURLToPath(new URL('../../../../../node_modules/.cache/node', import.meta.url))

/** The program as a script meets it: a process, pipes, an exit code. */
export async function runCommand(
  args: string[],
  { env, input = '', isInputOpen, cwd, interruptedAfter, isLaunched = false }: CommandOptions,
): Promise<Ended> {
  return watch(process.execPath, [isLaunched ? launcher : program, ...args], {
    env,
    input,
    isInputOpen,
    cwd,
    interruptedAfter,
  })
}

/** The same, on a terminal that is so wide; `input` is typed when something is asked for. */
export async function runOnTerminal(args: string[], { env, input, columns = 200 }: CommandOptions & { columns?: number }): Promise<Ended> {
  const quoted = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const line = `stty cols ${columns}; exec ${quoted}`
  return watch('script', ['--quiet', '--return', '--command', line, '/dev/null'], { env: { TERM: 'xterm-256color', ...env }, typed: input })
} // prettier-ignore

interface Watched extends Omit<CommandOptions, 'cwd' | 'interruptedAfter' | 'isInputOpen' | 'isLaunched'> {
  cwd?: string | undefined
  isInputOpen?: boolean | undefined
  interruptedAfter?: CommandOptions['interruptedAfter'] | undefined
  typed?: string | undefined
}

async function watch(file: string, args: string[], { env, input, isInputOpen, cwd, interruptedAfter, typed }: Watched): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  const given = { PATH, HOME, NODE_COMPILE_CACHE: compileCache }
  const child = spawn(file, args, { env: { ...given, ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended: Ended = { code: null, out: '', told: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    ended.out += chunk.toString()
    if (typed !== undefined && /Type \d+ to go on: /.test(ended.out) && !child.stdin.writableEnded) child.stdin.end(`${typed}\n`)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    ended.told += chunk.toString()
  })
  child.stdin.on('error', () => undefined) // it may end before it has read all
  if (isInputOpen) child.stdin.write(input ?? '')
  else if (typed === undefined) child.stdin.end(input)
  void interruptedAfter?.().then(() => child.kill('SIGINT'))
  const [code] = (await once(child, 'close')) as [number | null]
  return { ...ended, code }
} // prettier-ignore
