import type { ImportFormat, ImportMode, UserImport } from '@rollcall/contracts/admin-api'
import { agree, checkAgreement } from '../agree.ts'
import type { ApiClient } from '../api-client.ts'
import { defineCommand, type Options } from '../command.ts'
import { checkPlace } from '../export-file.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { readNumber } from '../read-number.ts'
import { takeOut } from '../take-out.ts'
import { openInput } from './open-input.ts'
import { readColumns, withSaid } from './read-columns.ts'
import { tellCheck } from './tell-check.ts'
import { followImport, importPath, troubledRows, whileImportIs } from './watch-import.ts'

const formats: readonly ImportFormat[] = ['csv', 'json', 'ndjson']
const modes: readonly ImportMode[] = ['skip', 'upsert']

const options = {
  column: { type: 'string', multiple: true, value: 'NAME=FIELD', help: 'what a column is, in place of the guess; NAME= leaves it out' },
  'on-duplicate': { type: 'string', value: modes.join('|'), help: 'what becomes of who is there already: stays (skip), or is given what the file has' },
  connection: { type: 'string', value: 'NAME', help: 'the database connection; left out: the only one, or the usual one' },
  format: { type: 'string', value: formats.join('|'), help: 'left out: told by how the file begins' },
  'dry-run': { type: 'boolean', help: 'check every row and tell what would be done; nothing is sent to the tenant, nothing is kept' },
  report: { type: 'string', value: 'REPORT', help: 'a CSV file of the rows that are not imported, and why' },
  force: { type: 'boolean', help: 'take the place of a REPORT that is there' },
  users: { type: 'string', value: 'N', help: 'how many it is to be, in place of being asked: with another number nobody is imported' },
  yes: { type: 'boolean', help: 'do not ask: this or --users is needed where nobody can be asked' },
  detach: { type: 'boolean', help: 'do not follow the import once it is started' },
} as const satisfies Options // prettier-ignore

export const importUsers = defineCommand({
  name: ['users', 'import'],
  summary: 'Import users from a CSV, JSON or NDJSON file',
  takes: 'FILE|-',
  options,
  more: [
    'Every row is checked before anything is sent. Needs read:users, create:users and manage:jobs, and for --on-duplicate upsert also update:users.',
    'FIELD is a field of Auth0’s import, or user_metadata.KEY or app_metadata.KEY; after a key, :number, :boolean or :json says what its text is.',
    'Ends with 1 when some rows could not be imported; --report has them by their lines.',
  ],
  examples: [
    'rollcall users import people.csv --dry-run --report faults.csv',
    "rollcall users import people.csv --column 'Plan=app_metadata.plan' --column 'Seats=app_metadata.seats:number' --column 'Notes='",
    'gunzip -c people.ndjson.gz | rollcall users import - --on-duplicate upsert --users 1240',
  ],
  async run({ words, options: asked, api, screen, stdin, signal }) {
    const [file, ...others] = words
    if (file === undefined || others.length > 0) throw misused('Say one file, or - for standard input.')
    const isDryRun = asked['dry-run'] ?? false
    const isJson = asked.json ?? false
    const agreement = { isAgreed: asked.yes ?? false, users: readNumber('users', asked.users) }
    // Whoever sends the file by standard input cannot be asked by it.
    const asker = { ...screen, canAsk: screen.canAsk && file !== '-' }
    if (!isDryRun) checkAgreement(asker, agreement)
    if (asked.report !== undefined) await checkPlace(asked.report, { isReplaced: asked.force ?? false })
    const query = {
      mode: oneOf('on-duplicate', asked['on-duplicate'], modes),
      format: oneOf('format', asked.format, formats),
      connection: asked.connection,
    }
    const said = await readColumns(api, asked.column ?? [])
    const input = await openInput(file, { stdin, progress: screen.progress('Uploading, in KiB') })
    const watching = { api, screen, signal }
    const saveReport = (importId: string) =>
      asked.report === undefined ? undefined : takeOut(watching, { path: importPath(importId, 'report'), query: {}, out: asked.report, isReplaced: asked.force ?? false })

    const uploaded: UserImport = await api.upload('imports', { name: input.name, ...query }, input)
    let checked: UserImport
    try {
      checked = await check(uploaded, said, watching)
      const isOver = isDryRun || checked.counts.waiting === 0
      if (!isJson) await tellCheck(screen, checked)
      if (isOver) {
        await saveReport(checked.importId)
        await drop(api, checked)
        if (isJson) await screen.json(checked)
        else if (troubledRows(checked) > 0 && asked.report === undefined) screen.tell('--report FILE saves which rows, and why.')
        return troubledRows(checked) > 0 ? exitCodes.failed : exitCodes.done
      }
      await agree(asker, { question: `Import ${checked.counts.waiting} users into ${checked.connection}?`, waiting: checked.counts.waiting }, agreement)
    } catch (error) {
      // Nothing that nobody agreed to is left waiting to be started.
      await drop(api, uploaded)
      throw error
    }
    const started: UserImport = await api.post(importPath(checked.importId, 'start'), { users: checked.counts.waiting })
    if (asked.detach) {
      await (isJson ? screen.json(started) : screen.say(started.importId))
      return exitCodes.done
    }
    const exitCode = await followImport(started, { ...watching, isJson, hasReport: asked.report !== undefined })
    await saveReport(checked.importId)
    return exitCode
  },
}) // prettier-ignore

/** Has all rows checked, by what the columns are said to be. @throws CommandFailed when they cannot be */
async function check(
  uploaded: UserImport,
  said: Awaited<ReturnType<typeof readColumns>>,
  watching: Parameters<typeof whileImportIs>[2],
): Promise<UserImport> {
  const planned =
    said.length === 0
      ? uploaded
      : await watching.api.post<UserImport>(importPath(uploaded.importId, 'plan'), {
          columns: withSaid(uploaded, said),
        })
  const checked = await whileImportIs(['checking'], planned, watching)
  if (checked.phase === 'checked') return checked
  const { code = 'import-failed', message = 'It could not be checked.' } = checked.problem ?? {}
  throw new CommandFailed(exitCodes.failed, code, message)
}

const drop = (api: ApiClient, { importId }: UserImport): Promise<UserImport> =>
  api.post(importPath(importId, 'cancel'), {})

function oneOf<Word extends string>(
  option: string,
  written: string | undefined,
  words: readonly Word[],
): Word | undefined {
  const word = words.find((one) => one === written)
  if (word !== undefined || written === undefined) return word
  throw misused(`--${option} ${written} is none of ${words.join(', ')}.`)
}
