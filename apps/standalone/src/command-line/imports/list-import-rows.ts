import type { ImportRowPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { readId } from '../read-id.ts'
import { openTable } from '../table.ts'
import { importPath } from './watch-import.ts'

export const listImportRows = defineCommand({
  name: ['imports', 'rows'],
  summary: 'Say what became of each row of an import',
  takes: 'IMPORT',
  options: {
    state: { type: 'string', value: 'STATE', help: 'invalid, skipped, waiting, done, failed or unknown' },
    code: { type: 'string', value: 'CODE', help: 'of what was wrong' },
  },
  more: ['All of them, in the order of the file. --json prints a line for each.'],
  examples: ['rollcall imports rows IMPORT --state failed'],
  async run({ words, options: { state, code, json }, api, screen }) {
    const path = importPath(readId(words, 'import'), 'rows')
    const table = openTable(screen, ['line', 'email', 'user_id', 'state', 'why'])
    for (let after: number | undefined; ;) {
      const page: ImportRowPage = await api.get(path, { state, code, after, limit: 200 })
      if (json) for (const row of page.rows) await screen.json(row)
      else await table.rows(page.rows.map(({ line, email, userId, state: at, problem }) => [String(line), email ?? '', userId ?? '', at, problem?.message ?? ''])) // prettier-ignore
      if (page.next === null) return
      after = page.next
    }
  },
})
