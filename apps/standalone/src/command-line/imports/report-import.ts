import { defineCommand } from '../command.ts'
import { readId } from '../read-id.ts'
import { takeOut } from '../take-out.ts'
import { importPath } from './watch-import.ts'

export const reportImport = defineCommand({
  name: ['imports', 'report'],
  summary: 'Take out which rows of an import were not imported, and why',
  takes: 'IMPORT',
  options: {
    all: { type: 'boolean', help: 'every row, and not those alone' },
    out: { type: 'string', value: 'FILE', help: 'where to; left out: standard output' },
    force: { type: 'boolean', help: 'take the place of a FILE that is there' },
  },
  more: ['CSV: line, state, address, username, code and message. Only you can read FILE.'],
  async run({ words, options: { all, out, force = false }, api, signal }) {
    const path = importPath(readId(words, 'import'), 'report')
    await takeOut({ api, signal }, { path, query: all ? { rows: 'all' } : {}, out, isReplaced: force })
  },
})
