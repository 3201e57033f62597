import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureAuditLog } from './audit-log.ts'
import { compare, spreadOf } from './compare.ts'
import { compareExport } from './exports.ts'
import { openLoadGenerator } from './load/open-load-generator.ts'
import { memoryOf, type Memory } from './memory.ts'
import { tableHead, toLine, type Finding } from './report.ts'
import { rowsOf, type Row } from './rows.ts'
import { seed, startRollcall } from './rollcall-process.ts'
import { describeSite, type Site } from './site.ts'

/**
 * `npm run bench`: Rollcall against the least that the same work can cost here. Figures, not tests: it fails only when something could not be
 * measured.
 *   --users 20000   in the tenant     --only list   one row     --rounds 5   --seconds 2   --json file     --entries 200000   in the audit log
 */
const say = (line: string) => process.stdout.write(`${line}\n`)
const note = (line: string) => process.stderr.write(`${line}\n`)
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '20000' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'string' },
    entries: { type: 'string', default: '200000' },
  },
})
const names = [...rowsOf({ floor: '', naiveProxy: '' }).map(({ name }) => name), 'export', 'audit', 'memory', 'start']
if (values.only !== undefined && !names.includes(values.only)) {
  refuse(`--only ${values.only}: choose one of ${names.join(', ')}.`)
}
const users = positive('users')
const rounds = positive('rounds')
const rounding = { rounds, milliseconds: positive('seconds') * 1000 }
const wants = (name: string) => values.only === undefined || values.only === name

const findings: Finding[] = []
const failures: string[] = []

const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'))
const closers = [() => rm(folder, { recursive: true, force: true })]
try {
  if (values.only !== 'start') await measureLoads()
  if (wants('start')) await attempt('start', measureStarts)
} finally {
  for (const close of closers.reverse()) await close()
}
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ users, findings, failures }, null, 2)}\n`)
for (const failure of failures) note(`Not measured: ${failure}`)
process.exitCode = failures.length > 0 ? 1 : 0

function positive(option: 'users' | 'rounds' | 'seconds' | 'entries'): number {
  const value = Number(values[option])
  return value > 0 ? value : refuse(`--${option} ${values[option]}: write a number above 0.`)
}

function refuse(reason: string): never {
  note(reason)
  process.exit(1)
}

async function measureLoads(): Promise<void> {
  const dataFolder = join(folder, 'loads')
  note(`Making ${users.toLocaleString('en')} users`)
  await seed(dataFolder, users)
  const rollcall = await startRollcall(dataFolder, ['--no-demo'])
  closers.push(() => rollcall.stop())
  const site = await describeSite(rollcall, dataFolder)
  const generator = openLoadGenerator()
  closers.push(() => generator.close())
  const rows = rowsOf(await startReferences(site))

  const chosen = rows.filter(({ name }) => wants(name))
  say(
    `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, PostgreSQL ${site.postgresVersion}, ` +
      `${users.toLocaleString('en')} users, ${rounds} rounds of ${values.seconds} s; ${new Date().toISOString().slice(0, 10)}\n\n${tableHead}`,
  )
  for (const row of chosen) await attempt(row.name, () => measureRow(row))
  if (wants('export')) await attempt('export', measureExport)
  if (wants('audit')) await attempt('audit', measureAudit)
  if (wants('memory')) await attempt('memory', async () => tellMemory(await memoryOf(rollcall.pid)))

  async function measureExport(): Promise<void> {
    const before = await memoryOf(rollcall.pid)
    const result = await compareExport(site, rounding)
    const after = await memoryOf(rollcall.pid)
    tell({
      name: 'export',
      what: 'tenant: export of every user, NDJSON, gzip, unpacked',
      unit: 'a second',
      measured: result.measured,
      reference: { what: 'COPY users TO STDOUT', value: result.reference, ratio: result.ratio },
      target: { bound: 'at least', value: 0.5 },
    })
    const grown = after.proportionalMiB - before.proportionalMiB
    tell({ name: 'export', what: 'memory that the exports left taken', unit: 'MiB', measured: spreadOf([grown]) })
  }

  async function measureAudit(): Promise<void> {
    const entries = positive('entries')
    const { verified, appended, inserted, appendToInsert } = await measureAuditLog(site.databaseUrl, {
      entries,
      rounds,
    })
    const name = 'audit'
    const log = `audit log of ${entries.toLocaleString('en')} entries`
    const target = { bound: 'at least' as const, value: 200_000 }
    tell({ name, what: `${log}: verifying`, unit: 'a second', measured: verified, target })
    const bare = { what: 'bare INSERT of the same text', value: inserted, ratio: appendToInsert }
    tell({ name, what: `${log}: one more, committed`, unit: 'ms', measured: appended, reference: bare })
  }

  async function measureRow({ name, what, reference, metric, target, measured, against }: Row): Promise<void> {
    const loads = { measured: measured(site), reference: against(site), metric }
    const result = await compare(generator, loads, rounding)
    tell({
      name,
      what,
      unit: metric === 'p50Ms' ? 'ms' : 'a second',
      measured: result.measured,
      reference: { what: reference, value: result.reference, ratio: result.ratio },
      ...(target && { target: { bound: target.bound, value: target.ratio } }),
    })
  }
}

/** The servers that Rollcall is compared with, each a process of its own. */
async function startReferences({ rollcallUrl, apiToken, tenantUrl, credentials }: Site) {
  const answer = await fetch(`${rollcallUrl}/api/users?limit=50`, {
    headers: { authorization: `Bearer ${apiToken}` },
  })
  const floor = fork(new URL('floor.ts', import.meta.url))
  floor.send(await answer.text())
  const env = {
    ...process.env,
    TENANT_URL: tenantUrl,
    CLIENT_ID: credentials.m2m.clientId,
    CLIENT_SECRET: credentials.m2m.clientSecret,
  }
  const naiveProxy = fork(new URL('naive-proxy.ts', import.meta.url), { env })
  const address = async (child: ChildProcess) => {
    closers.push(async () => child.disconnect())
    const [port] = (await once(child, 'message')) as [number] // all that it ever sends
    return `http://localhost:${port}`
  }
  const [floorUrl, proxyUrl] = await Promise.all([address(floor), address(naiveProxy)])
  return { floor: `${floorUrl}/`, naiveProxy: `${proxyUrl}/users` }
}

/** Starts in turn: each time on a fresh folder, then once more on the same. */
async function measureStarts(): Promise<void> {
  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const dataFolder = join(folder, `start-${round}`)
    for (const seconds of [cold, warm]) {
      const rollcall = await startRollcall(dataFolder)
      seconds.push(rollcall.secondsToFirstPage)
      await rollcall.stop()
    }
  }
  const target = (value: number) => ({ bound: 'at most' as const, value })
  tell({
    name: 'start',
    what: 'npm start to the first page, fresh folder, 1,000 demo users',
    unit: 's',
    measured: spreadOf(cold),
    target: target(3),
  })
  tell({
    name: 'start',
    what: 'npm start to the first page, again',
    unit: 's',
    measured: spreadOf(warm),
    target: target(1.5),
  })
}

function tellMemory({ residentMiB, proportionalMiB, processes }: Memory): void {
  const what = `memory of all ${processes} processes after the load`
  tell({ name: 'memory', what: `${what}, shared pages once`, unit: 'MiB', measured: spreadOf([proportionalMiB]) })
  tell({ name: 'memory', what: `${what}, sum of resident sizes`, unit: 'MiB', measured: spreadOf([residentMiB]) })
}

function tell(finding: Finding): void {
  findings.push(finding)
  say(toLine(finding))
}

async function attempt(name: string, measure: () => Promise<void>): Promise<void> {
  try {
    await measure()
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
