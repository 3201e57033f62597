import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { adminApiDocument } from '@rollcall/contracts/admin-api/openapi'
import { allActions } from './actions/all-actions.ts'
import { format, resolveConfig } from 'prettier'

// Writes packages/server/openapi.json; with --check, says whether it is fresh and writes nothing.
const path = fileURLToPath(new URL('../openapi.json', import.meta.url))
const fresh = await format(JSON.stringify(adminApiDocument(allActions)), {
  ...(await resolveConfig(path)),
  filepath: path,
})

if (!process.argv.includes('--check')) {
  writeFileSync(path, fresh)
} else if (readFileSync(path, 'utf8') !== fresh) {
  console.error('packages/server/openapi.json is stale: run npm run generate -w packages/server')
  process.exitCode = 1
}
