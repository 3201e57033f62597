import { randomInt } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import { describeFindings, runFuzz } from './run-fuzz.ts'
import { startFuzzTarget } from './start-fuzz-target.ts'

/**
 * `npm run fuzz`: every route of a tenant of its own, asked for good things and bad ones. Ends with 1 if an answer, or the process, was at fault.
 *   --requests 20000     --seed 1   the same requests again
 */
const { values } = parseArgs({
  options: { requests: { type: 'string', default: '5000' }, seed: { type: 'string', default: String(randomInt(1e9)) } },
})
const requests = Number(values.requests)
const seed = Number(values.seed)
const say = (line: string) => process.stdout.write(`${line}\n`)
if (!Number.isInteger(requests) || requests < 1 || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write('--requests and --seed are whole numbers, of at least one request.\n')
  process.exit(1)
}

const unhandled: string[] = []
const note = (error: unknown) => {
  unhandled.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
process.on('unhandledRejection', note)
process.on('uncaughtException', note)

const folder = await mkdtemp(join(tmpdir(), 'rollcall-fuzz-postgres-'))
await chmod(folder, 0o711) // under root, PostgreSQL runs as another user, who must get through
const postgres = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres'), isDurable: false })
const target = await startFuzzTarget(postgres.url)
try {
  say(`Seed ${seed}`)
  let told = 0
  const report = await runFuzz(target, {
    requests,
    seed,
    onProgress: (done) => {
      if (done - told < 5000) return
      told = done
      say(`${done.toLocaleString('en')} of ${requests.toLocaleString('en')} requests`)
    },
  })
  const counts = Object.entries(report.classes).sort().map(([name, count]) => `${name} ${count}`) // prettier-ignore
  say(`${report.requests} requests to ${report.routes} routes: ${counts.join(', ')}; seed ${seed}`)
  if (report.neverEntered.length > 0) say(`Never answered well: ${report.neverEntered.join(', ')}`)
  if (report.findings.length > 0 || unhandled.length > 0) {
    process.exitCode = 1
    const file = join(tmpdir(), `rollcall-fuzz-${seed}.json`)
    await writeFile(file, JSON.stringify({ ...report, unhandled }, null, 2))
    say(`\n${describeFindings(report, target.known.origin)}`)
    for (const stack of unhandled) say(`\nNobody handled: ${stack}`)
    say(`\n${report.findings.length + unhandled.length} found; whole requests and answers: ${file}`)
  }
} finally {
  await target.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
