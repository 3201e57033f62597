import type { UserImport } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { readId } from '../read-id.ts'
import { tellCheck } from './tell-check.ts'
import { countsText, importPath } from './watch-import.ts'

export const getImport = defineCommand({
  name: ['imports', 'get'],
  summary: 'Show one import, and what its check found',
  takes: 'IMPORT',
  options: {},
  more: ['--json prints one document, as GET /api/imports/{importId} answers it.'],
  async run({ words, options, api, screen }) {
    const found: UserImport = await api.get(importPath(readId(words, 'import')))
    if (options.json) return screen.json(found)
    await screen.say(`${found.phase}: ${countsText(found)}`)
    await screen.say(`  by ${found.actorName ?? found.actorId}`)
    if (found.problem) await screen.say(`  ${found.problem.message}`)
    await tellCheck(screen, found)
  },
})
