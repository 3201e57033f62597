import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The built dashboard as it lies in its folder. */
export interface BuiltDashboard {
  folder: string
  indexHtml: string
  /** Every file that may be served, relative to the folder, with `/` between. */
  files: ReadonlySet<string>
}

/** @returns undefined if nothing is built there */
export function readBuiltDashboard(folder: string): BuiltDashboard | undefined {
  let indexHtml: string
  try {
    indexHtml = readFileSync(join(folder, 'index.html'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
  return { folder, indexHtml, files: new Set(files) }
}
