import type { UserImport } from '@rollcall/contracts/admin-api'
import { CommandFailed, exitCodes } from '../failure.ts'
import { whilePhaseIs, type Watching } from '../follow.ts'
import { pathOf } from '../path-of.ts'

export const importPath = pathOf('import')

/** Waits while an import is in one of these phases, and shows how far it is. @returns it as it is then */
export const whileImportIs = (phases: readonly UserImport['phase'][], found: UserImport, watching: Watching): Promise<UserImport> =>
  whilePhaseIs(
    phases,
    {
      thing: found,
      path: importPath(found.importId),
      what: found.phase === 'checking' ? 'Checking' : 'Importing',
      howFar: ({ phase, looked, counts: { rows, toCreate, toUpdate, waiting } }) =>
        phase === 'checking'
          ? { done: looked, total: rows }
          : { done: toCreate + toUpdate - waiting, total: toCreate + toUpdate },
    },
    watching,
  ) // prettier-ignore

/**
 * Follows an import to its end, or to where it waits for somebody.
 * @returns the exit code: done is when every row is imported, or was to be skipped
 */
export async function followImport(found: UserImport, { isJson, hasReport = false, ...watching }: Watching & { isJson: boolean; hasReport?: boolean }): Promise<number> {
  const { screen, signal } = watching
  const ended = await whileImportIs(['checking', 'running'], found, watching).catch((error: unknown) => {
    if (signal.aborted) screen.tell(`The import goes on: rollcall imports watch ${found.importId}`)
    throw error
  })
  const { importId, phase, problem } = ended
  if (isJson) await screen.json(ended)
  else {
    await screen.say(`${phase}: ${countsText(ended)}`)
    if (troubledRows(ended) > 0 && !hasReport) screen.tell(`rollcall imports report ${importId} --out FILE tells which rows, and why.`)
    if (phase === 'paused') screen.tell(`rollcall imports resume ${importId} goes on with it.`)
  }
  if (phase === 'failed' || (phase === 'paused' && problem))
    throw new CommandFailed(exitCodes.failed, problem?.code ?? 'import-failed', problem?.message ?? 'It could not be checked.')
  return phase === 'done' && troubledRows(ended) === 0 ? exitCodes.done : exitCodes.failed
} // prettier-ignore

/** Rows of the file of which nobody is there in the end who should be, as far as is known. */
export const troubledRows = ({ counts: { invalid, failed, unknown } }: Pick<UserImport, 'counts'>): number =>
  invalid + failed + unknown

export function countsText({ counts }: Pick<UserImport, 'counts'>): string {
  const always = [`${counts.created} created`, `${counts.updated} updated`, `${counts.failed} failed`]
  const further = Object.entries({ skipped: counts.skipped, invalid: counts.invalid, unknown: counts.unknown, waiting: counts.waiting })
  return [...always, ...further.flatMap(([name, rows]) => (rows > 0 ? [`${rows} ${name}`] : []))].join(', ')
} // prettier-ignore
