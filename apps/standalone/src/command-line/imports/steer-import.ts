import type { UserImport } from '@rollcall/contracts/admin-api'
import { agree, checkAgreement } from '../agree.ts'
import { defineCommand, type Command } from '../command.ts'
import { exitCodes } from '../failure.ts'
import { plainStep } from '../plain-step.ts'
import { readId } from '../read-id.ts'
import { readNumber } from '../read-number.ts'
import { tellCheck } from './tell-check.ts'
import { followImport, importPath, whileImportIs } from './watch-import.ts'

const startImport = defineCommand({
  name: ['imports', 'start'],
  summary: 'Start an import that has been checked, and follow it',
  takes: 'IMPORT',
  options: {
    users: { type: 'string', value: 'N', help: 'how many it is to be: with another number it is not started' },
    detach: { type: 'boolean', help: 'do not follow it' },
  },
  async run({ words, options: { users: written, detach, json = false }, api, screen, signal }) {
    const importId = readId(words, 'import')
    const watching = { api, screen, signal }
    const agreement = { isAgreed: false, users: readNumber('users', written) }
    checkAgreement(screen, agreement)
    const checked = await whileImportIs(['checking'], await api.get<UserImport>(importPath(importId)), watching)
    if (!json) await tellCheck(screen, checked)
    const { waiting } = checked.counts
    await agree(screen, { question: `Import ${waiting} users into ${checked.connection}?`, waiting }, agreement)
    const started: UserImport = await api.post(importPath(importId, 'start'), { users: waiting })
    if (!detach) return followImport(started, { ...watching, isJson: json })
    await (json ? screen.json(started) : screen.say(started.importId, '  ', started.phase))
    return exitCodes.done
  },
})

const watchImport = defineCommand({
  name: ['imports', 'watch'],
  summary: 'Follow an import to its end',
  takes: 'IMPORT',
  options: {},
  more: ['Ends with 0 when every row was imported, or was to be skipped. Interrupted, it leaves the import as it is.'],
  async run({ words, options, api, screen, signal }) {
    const found: UserImport = await api.get(importPath(readId(words, 'import')))
    return followImport(found, { api, screen, signal, isJson: options.json ?? false })
  },
})

export const steerImport: readonly Command[] = [
  startImport,
  watchImport,
  plainStep('import', 'pause', 'Pause an import: what has been sent is finished'),
  plainStep('import', 'resume', 'Go on with an import'),
  plainStep('import', 'cancel', 'End an import: who is there stays there'),
]
