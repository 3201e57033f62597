import type { ImportPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { readNumber } from '../read-number.ts'
import { openTable } from '../table.ts'

export const listImports = defineCommand({
  name: ['imports', 'list'],
  summary: 'List imports, the newest first',
  takes: '',
  options: { limit: { type: 'string', value: 'N', help: 'so many at most (50)' } },
  async run({ options: { limit, json }, api, screen }) {
    const most = readNumber('limit', limit) ?? 50
    const table = openTable(screen, ['import', 'file', 'phase', 'rows', 'done', 'failed', 'created'])
    let printed = 0
    for (let after: string | undefined; printed < most;) {
      const page: ImportPage = await api.get('imports', { after, limit: Math.min(100, most - printed) })
      if (json) for (const found of page.imports) await screen.json(found)
      else {
        await table.rows(
          page.imports.map(({ importId, name, phase, counts, createdAt }) =>
            [importId, name, phase, counts.rows, counts.done, counts.failed, createdAt].map(String),
          ),
        )
      }
      printed += page.imports.length
      if (page.next === null) return
      after = page.next
    }
  },
})
