import type { ImportRowPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { printPages } from '../print-pages.ts'
import { readId } from '../read-id.ts'
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
    await printPages(
      { api, screen, isJson: json ?? false },
      {
        path: importPath(readId(words, 'import'), 'rows'),
        query: { state, code },
        atOnce: 200,
        columns: ['line', 'email', 'user_id', 'state', 'why'],
        rowsOf: (page: ImportRowPage) => page.rows,
        cellsOf: ({ line, email, userId, state: at, problem }) => [
          String(line),
          email ?? '',
          userId ?? '',
          at,
          problem?.message ?? '',
        ],
      },
    )
  },
})
