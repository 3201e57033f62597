import { DataFolderUnusable } from '@rollcall/data-folder'
import { DatabaseUnusable } from '@rollcall/database'
import { SealBroken } from '@rollcall/tenant'
import { ConfigurationError } from './config.ts'
import type { ConfigurationFault } from './config.ts'

/**
 * What a start that failed tells the person in front of it: sentences, and what to do. Only for a bug is there a stack.
 * @param ports by variable, to name the one that is taken
 */
export function describeFailure(error: unknown, ports: Record<string, number>): string {
  if (error instanceof ConfigurationError) return describeFaults(error.faults)
  const isForPeople = [DataFolderUnusable, DatabaseUnusable, SealBroken].some((kind) => error instanceof kind)
  if (isForPeople && error instanceof Error) return error.message
  if (error instanceof Error && 'code' in error) {
    const { code } = error
    if (String(code).startsWith('ERR_PARSE_ARGS')) return error.message
    const port = 'port' in error ? error.port : undefined
    const variable = Object.entries(ports).find(([, number]) => number === port)?.[0]
    if (code === 'EADDRINUSE') {
      return `Port ${String(port)} is in use by another program. Stop that one, or set ${variable ?? 'another port'} to a free port (0 takes any).`
    }
    if (code === 'EACCES' && port !== undefined) {
      return `Port ${String(port)} may not be opened by this user. Set ${variable ?? 'another port'} to one above 1023.`
    }
    if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === '28P01' || code === '3D000') {
      return `The database of DATABASE_URL cannot be used: ${error.message || code}. Check that it runs, and the user, password and database in DATABASE_URL.`
    }
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

export function describeFaults(faults: ConfigurationFault[]): string {
  const lines = faults.map(({ variable, problem, mend }) => `  ${variable} ${problem}\n    ${mend}`)
  return `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`
}
