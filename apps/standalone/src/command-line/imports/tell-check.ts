import type { UserImport } from '@rollcall/contracts/admin-api'
import { dim, yellow, type Screen } from '../screen.ts'

const mostProblems = 10
const mostSamples = 2

/** What each column of the file is taken for, and what the check of its rows found. */
export async function tellCheck(screen: Screen, { name, columns, connection, mode, counts, findings }: UserImport): Promise<void> {
  const number = (rows: number) => `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`
  await screen.say(`${name}: ${number(counts.rows)}, into ${connection}`)
  for (const { column, to, as, samples } of columns) {
    const kind = to?.includes('.') && as !== 'text' ? ` as ${as}` : ''
    await screen.say(`  ${column} → ${to ?? 'not imported'}${kind}`, ...(samples.length > 0 ? [dim(`  ${samples.join(', ')}`)] : []))
  }
  if (!findings) return
  await screen.say(`${counts.toCreate.toLocaleString('en')} to be created, ${counts.toUpdate.toLocaleString('en')} to be updated`)
  for (const { code, message, rows, line } of findings.problems.slice(0, mostProblems)) {
    const isSkipped = mode === 'skip' && code === 'already-there'
    await screen.say('  ', yellow(`${number(rows)} ${isSkipped ? 'skipped' : 'cannot be imported'}, the first in line ${line}: ${message}`))
  }
  const further = findings.problems.slice(mostProblems)
  if (further.length > 0) await screen.say(`  and ${number(further.reduce((sum, { rows }) => sum + rows, 0))} for ${further.length} other reasons`)
  for (const { message } of findings.warnings) await screen.say('  ', yellow(message))
  for (const { line, user } of findings.samples.slice(0, mostSamples)) await screen.say(dim(`  for example line ${line}: ${JSON.stringify(user)}`))
} // prettier-ignore
