import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import { describeFailure, readConfig } from '@rollcall/program'
import { openStore, verifyAudit, type AuditVerdict } from '@rollcall/server'

/** `npm run audit -- verify`, `npx rollcall audit verify`: whether the audit log is as it was recorded. Rollcall may be running meanwhile. */
const usage = 'Usage: npm run audit -- verify [--expect <hash of an entry, as noted elsewhere>]'
const mostShown = 20

class Misused extends Error {
  override readonly name = 'Misused'
}

try {
  const { values, positionals } = parseArgs({ options: { expect: { type: 'string' } }, allowPositionals: true })
  if (positionals.join(' ') !== 'verify') throw new Misused(usage)
  const expected = values.expect?.toLowerCase()
  if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected))
    throw new Misused(`--expect takes a hash of 64 hexadecimal digits.\n${usage}`)
  const config = readConfig(process.env, process.cwd())
  const postgres = config.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDirectory: join(config.dataFolder, 'postgres') })
  try {
    const store = await openStore(config.databaseUrl ?? postgres?.url ?? '')
    try {
      tell(await verifyAudit(store, expected), expected)
    } finally {
      await store.close()
    }
  } finally {
    await postgres?.stop()
  }
} catch (error) {
  process.stderr.write(`${error instanceof Misused ? error.message : describeFailure(error, {})}\n`)
  process.exitCode = 2
}

function tell({ entries, head, faults, expectedAt, entriesPerSecond }: AuditVerdict, expected: string | undefined): void {
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const isCut = expected !== undefined && expectedAt === undefined
  for (const { message } of faults.slice(0, mostShown)) say(message)
  if (faults.length > mostShown) say(`… and ${faults.length - mostShown} more.`)
  if (isCut) say(`No entry has the hash ${expected}: the log was cut off, or rewritten, since it was noted.`)
  if (expectedAt !== undefined) say(`The hash that was noted is that of entry ${expectedAt}.`)
  const isGood = faults.length === 0 && !isCut
  say(`${entries.toLocaleString('en')} entries${isGood ? ', all as they were recorded' : ''} (${entriesPerSecond.toLocaleString('en')} a second)`)
  say(`Head: ${head.seq} ${head.hash}`)
  if (!isGood) process.exitCode = 1
} // prettier-ignore
