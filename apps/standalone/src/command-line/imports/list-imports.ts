import type { ImportPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { printPages } from '../print-pages.ts'
import { readNumber } from '../read-number.ts'

export const listImports = defineCommand({
  name: ['imports', 'list'],
  summary: 'List imports, the newest first',
  takes: '',
  options: { limit: { type: 'string', value: 'N', help: 'so many at most (50)' } },
  async run({ options: { limit, json }, api, screen }) {
    await printPages(
      { api, screen, isJson: json ?? false },
      {
        path: 'imports',
        query: {},
        most: readNumber('limit', limit) ?? 50,
        atOnce: 100,
        columns: ['import', 'file', 'phase', 'rows', 'done', 'failed', 'created'],
        rowsOf: (page: ImportPage) => page.imports,
        cellsOf: ({ importId, name, phase, counts, createdAt }) =>
          [importId, name, phase, counts.rows, counts.done, counts.failed, createdAt].map(String),
      },
    )
  },
})
