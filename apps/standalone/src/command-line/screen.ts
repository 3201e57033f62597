import { once } from 'node:events'
import { jsonLine, plainText } from './plain-text.ts'
import { openProgress, type Progress } from './progress.ts'

/** A piece of a line; what it says is made harmless before a terminal sees it, whoever wrote it. */
export type Piece = string | { text: string; style: Style }
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

const piece = (style: Style) => (text: string) => ({ text, style })
export const bold = piece('bold')
export const dim = piece('dim')
export const red = piece('red')
export const green = piece('green')
export const yellow = piece('yellow')

const codes: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
}

/** Where a command says what it found (standard output), and how it is getting on (standard error). */
export interface Screen {
  /** Whether a person reads what was found, rather than a program. */
  isTerminal: boolean
  /** Whether somebody is there to be asked. */
  canAsk: boolean
  columns: number
  /** A line of what was found. Waits for a slow reader. */
  say(...pieces: Piece[]): Promise<void>
  /** A line of values with tabs between, for a program. */
  row(values: readonly string[]): Promise<void>
  /** A line of JSON. */
  json(value: unknown): Promise<void>
  /** A line about how it is going. */
  tell(...pieces: Piece[]): void
  /** @returns what was typed, without its line break */
  ask(question: string): Promise<string>
  progress(what: string): Progress
}

export interface ScreenOptions {
  env: NodeJS.ProcessEnv
  isQuiet: boolean
  signal: AbortSignal
}

export function openScreen({ env, isQuiet, signal }: ScreenOptions): Screen {
  const { stdin, stdout, stderr } = process
  const isTerminal = stdout.isTTY
  const progress = { current: undefined as Progress | undefined }

  const paint = (pieces: readonly Piece[], stream: NodeJS.WriteStream) => {
    const isColoured = stream.isTTY && stream.hasColors(16, env) // with NO_COLOR there are two, whatever they are
    return pieces
      .map((part) => {
        if (typeof part === 'string') return plainText(part)
        const [on, off] = codes[part.style]
        return isColoured ? `\x1b[${on}m${plainText(part.text)}\x1b[${off}m` : plainText(part.text)
      })
      .join('')
  }
  const write = async (line: string) => {
    if (isTerminal) progress.current?.clear()
    if (!stdout.write(`${line}\n`)) await once(stdout, 'drain', { signal })
  }
  const tell = (...pieces: Piece[]) => {
    progress.current?.clear()
    stderr.write(`${paint(pieces, stderr)}\n`)
  }
  return {
    isTerminal,
    canAsk: stdin.isTTY && stderr.isTTY,
    columns: stdout.columns || 80,
    say: (...pieces) => write(paint(pieces, stdout)),
    row: (values) => write(values.map(plainText).join('\t')),
    json: (value) => write(jsonLine(value)),
    tell,
    ask: async (question) => {
      const { createInterface } = await import('node:readline/promises')
      const lines = createInterface({ input: stdin, output: stderr })
      try {
        return await lines.question(plainText(question), { signal })
      } finally {
        lines.close()
      }
    },
    progress: (what) => {
      const isDrawn = stderr.isTTY && env.TERM !== 'dumb'
      progress.current = openProgress({ what, isQuiet, isDrawn, stream: stderr })
      return progress.current
    },
  }
}
