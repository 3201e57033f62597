import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { measureJobApart } from './apart.ts'
import { measureAuditLog } from './audit-log.ts'
import { measureBusyHour } from './busy-hour.ts'
import { compare, measure, spreadOf } from './compare.ts'
import { compareFill } from './directory-fill.ts'
import { compareExport, exportKinds, type ExportKind } from './exports.ts'
import type { FloorData } from './floor.ts'
import { measureGrid } from './grid.ts'
import { measureManyByJob, type JobFigures } from './many-by-job.ts'
import { measurePacing } from './pacing.ts'
import { measureGrowth } from './growth.ts'
import { compareImport } from './imports.ts'
import { openLoadGenerator } from './load/open-load-generator.ts'
import { memoryOf, watchProgram, type Memory } from './memory.ts'
import { tableHead, toLine, type Finding } from './report.ts'
import { byEmail, rowsOf, type Row } from './rows.ts'
import { seed, startRollcall, StoppedFromOutside, type RollcallProcess } from './rollcall-process.ts'
import { describeSite, someUserIds, type Site } from './site.ts'
import { measureStarts } from './starts.ts'

/**
 * `npm run bench`: Rollcall against the least that the same work can cost here. Figures, not tests: it fails only when something could not be
 * measured.
 *   --users 20000   in the tenant     --only list,search   some rows     --rounds 5   --seconds 2   --json file
 *   --entries 200000   in the audit log     --rows 100000   of a file that is imported
 *   --data folder   where they are kept from one run to the next (set TENANT_PORT too); absent: a temporary folder
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
    data: { type: 'string' },
    entries: { type: 'string', default: '200000' },
    rows: { type: 'string', default: '100000' },
  },
})
const served = [...rowsOf({ floor: '', naiveProxy: '' }), ...exportKinds].map(({ name }) => name)
const usual = [...served, 'fill', 'busy', 'job', 'audit', 'memory', 'start']
/** They take their time, and are asked for by name. */
const onDemand = ['job-apart', 'grid', 'growth', 'pacing', 'import']
const chosen = values.only?.split(',') ?? usual
const unknown = chosen.find((name) => ![...usual, ...onDemand].includes(name))
if (unknown !== undefined) refuse(`--only ${unknown}: choose from ${[...usual, ...onDemand].join(', ')}.`)
const users = positive('users')
const rounds = positive('rounds')
const rounding = { rounds, milliseconds: positive('seconds') * 1000 }
/** Users of one job: it is to be over in seconds. */
const mostByJob = 2000
const wants = (name: string) => chosen.includes(name)

const findings: Finding[] = []
const failures: string[] = []

const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'))
const closers = [() => rm(folder, { recursive: true, force: true })]
try {
  const generator = openLoadGenerator()
  closers.push(() => generator.close())
  say(
    `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, ` +
      `${users.toLocaleString('en')} users, ${rounds} rounds of ${values.seconds} s; ${new Date().toISOString().slice(0, 10)}\n\n${tableHead}`,
  )
  if (chosen.some((name) => !['start', 'growth', 'job-apart'].includes(name))) await measureSite()
  if (wants('job-apart'))
    await attempt('job-apart', async () =>
      tellJob('job-apart', await measureJobApart(folder, { rounds, users: Math.min(users, mostByJob) })),
    )
  if (wants('growth'))
    await attempt('growth', async () => {
      const kept = values.data === undefined ? undefined : resolve(values.data)
      for (const finding of await measureGrowth({ folder, kept, generator }, rounding)) tell(finding)
    })
  if (wants('start')) await attempt('start', async () => (await measureStarts(folder, { rounds })).forEach(tell))

  /** Everything that is asked of one Rollcall with so many users. */
  async function measureSite(): Promise<void> {
    const dataFolder = values.data === undefined ? join(folder, 'loads') : resolve(values.data)
    note(`Making ${users.toLocaleString('en')} users`)
    await seed(dataFolder, users)
    const rollcall = await startRollcall(dataFolder, ['--no-demo'])
    closers.push(() => rollcall.stop())
    await rollcall.whileItRuns(measureRollcall(rollcall, dataFolder))
  }

  async function measureRollcall(rollcall: RollcallProcess, dataFolder: string): Promise<void> {
    const site = await describeSite(rollcall, dataFolder)
    const rows = rowsOf(await startReferences(site)).filter(({ name }) => wants(name))
    for (const row of rows) await attempt(row.name, () => measureRow(site, row))
    for (const kind of exportKinds) {
      if (wants(kind.name)) await attempt(kind.name, () => measureExport(site, { kind, rollcall }))
    }
    if (wants('busy')) await attempt('busy', () => measureBusy(site))
    if (wants('job')) await attempt('job', () => measureJob(site))
    if (wants('fill')) await attempt('fill', () => measureFill(site))
    if (wants('audit')) await attempt('audit', () => measureAudit(site))
    if (wants('pacing'))
      await attempt('pacing', async () => (await measurePacing(site, folder, rounding)).forEach(tell))
    if (wants('grid')) await attempt('grid', () => measureScrolling(site))
    if (wants('import')) await attempt('import', () => measureImport(site, rollcall))
    if (wants('memory')) await attempt('memory', async () => tellMemory(await memoryOf(rollcall.pid)))
    // Whoever is stopped answers wrongly first and ends a moment later: that is then the reason.
    if (failures.length > 0) await sleep(3000)
  }

  async function measureRow(site: Site, { name, what, reference, metric, target, measured }: Row): Promise<void> {
    const common = {
      name,
      what,
      unit: metric === 'perSecond' ? ('a second' as const) : ('ms' as const),
      ...(target && { target }),
    }
    if (reference) {
      const result = await compare(
        generator,
        { measured: measured(site), reference: reference.load(site), metric },
        rounding,
      )
      tell({
        ...common,
        measured: result.measured,
        reference: { what: reference.what, value: result.reference, ratio: result.ratio },
      })
    } else {
      tell({ ...common, measured: await measure(generator, { load: measured(site), metric }, rounding) })
    }
  }
} catch (error) {
  if (!(error instanceof StoppedFromOutside)) throw error
  failures.push(error.message)
} finally {
  for (const close of closers.reverse()) await close()
}
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ users, findings, failures }, null, 2)}\n`)
for (const failure of failures) note(`Not measured: ${failure}`)
// At once: of what was stopped from outside something may be waited for, and never comes.
process.exit(failures.length > 0 ? 1 : 0)

function positive(option: 'users' | 'rounds' | 'seconds' | 'entries' | 'rows'): number {
  const value = Number(values[option])
  return value > 0 ? value : refuse(`--${option} ${values[option]}: write a number above 0.`)
}

function refuse(reason: string): never {
  note(reason)
  process.exit(1)
}

async function measureExport(
  site: Site,
  { kind, rollcall }: { kind: ExportKind; rollcall: RollcallProcess },
): Promise<void> {
  const { name, what, table } = kind
  const before = await memoryOf(rollcall.pid)
  const result = await compareExport(site, kind, rounding)
  const after = await memoryOf(rollcall.pid)
  tell({
    name,
    what,
    unit: 'a second',
    measured: result.measured,
    reference: { what: `COPY ${table} TO STDOUT`, value: result.reference, ratio: result.ratio },
    target: { bound: 'at least', value: 0.5 },
  })
  const grown = after.proportionalMiB - before.proportionalMiB
  tell({ name, what: 'memory that these exports left taken', unit: 'MiB', measured: spreadOf([grown]) })
}

async function measureBusy(site: Site): Promise<void> {
  const { searches, reads, changes } = await measureBusyHour(site, 20_000)
  const [searched, read, changed] = [searches, reads, changes].map(({ perSecond }) => perSecond.toFixed(0))
  const what = `Rollcall, busy: ${searched} searches, ${read} other reads, ${changed} changes a second`
  const target = { bound: 'at most' as const, value: 50 }
  tell({ name: 'busy', what: `${what}: searches, p95`, unit: 'ms', measured: spreadOf([searches.p95Ms]), target })
  tell({ name: 'busy', what: 'the same: searches, median', unit: 'ms', measured: spreadOf([searches.p50Ms]) })
  tell({ name: 'busy', what: 'the same: other reads, p95', unit: 'ms', measured: spreadOf([reads.p95Ms]), target })
}

async function measureJob(site: Site): Promise<void> {
  const userIds = await someUserIds(site.databaseUrl, Math.min(users, mostByJob))
  tellJob('job', await measureManyByJob({ ...site, userIds }, { rounds }))
}

function tellJob(name: string, { measured, reference, ratio }: JobFigures): void {
  const where = name === 'job-apart' ? ', at a tenant with a core and a database of its own' : ''
  tell({
    name,
    what: `Rollcall: a job that edits users, each recorded before and after, and undoable${where}`,
    unit: 'a second',
    measured,
    reference: { what: 'the same calls of the tenant alone, 16 at a time', value: reference, ratio },
    target: { bound: 'at least', value: 0.9 },
  })
}

async function measureFill(site: Site): Promise<void> {
  const { measured, reference, ratio, grownMiB } = await compareFill(site, { rounds: Math.min(rounds, 3) })
  tell({
    name: 'fill',
    what: 'directory: filled from the tenant’s export',
    unit: 'a second',
    measured,
    reference: { what: 'COPY FROM STDIN into the same tables', value: reference, ratio },
    target: { bound: 'at least', value: 0.5 },
  })
  tell({
    name: 'fill',
    what: 'memory of the process that fills, at its highest above before',
    unit: 'MiB',
    measured: spreadOf([grownMiB]),
  })
}

async function measureAudit({ databaseUrl }: Site): Promise<void> {
  const entries = positive('entries')
  const { verified, appended, inserted, appendToInsert } = await measureAuditLog(databaseUrl, { entries, rounds })
  const name = 'audit'
  const log = `audit log of ${entries.toLocaleString('en')} entries`
  const target = { bound: 'at least' as const, value: 200_000 }
  tell({ name, what: `${log}: verifying`, unit: 'a second', measured: verified, target })
  const bare = { what: 'bare INSERT of the same text', value: inserted, ratio: appendToInsert }
  tell({ name, what: `${log}: one more, committed`, unit: 'ms', measured: appended, reference: bare })
}

async function measureImport(site: Site, { pid }: RollcallProcess): Promise<void> {
  const rows = positive('rows')
  const memory = await watchProgram(pid)
  const { measured, reference, ratio, parts } = await compareImport(site, { rows, rounds: Math.min(rounds, 3) })
  const { beforeMiB, highestMiB } = memory()
  tell({
    name: 'import',
    what: `Rollcall: ${rows.toLocaleString('en')} users from a file, uploaded, checked and sent`,
    unit: 'a second',
    measured,
    reference: { what: 'the tenant’s import of such rows, two files at a time', value: reference, ratio },
  })
  for (const [part, spent] of Object.entries(parts)) tell({ name: 'import', what: `the same: ${part} in`, unit: 's', measured: spent })
  const what = `memory of the program, tenant and all, at its highest (before: ${Math.round(beforeMiB)} MiB)`
  tell({ name: 'import', what, unit: 'MiB', measured: spreadOf([highestMiB]) })
} // prettier-ignore

async function measureScrolling(site: Site): Promise<void> {
  const { rows, secondsToEnd, p50, p95, elements } = await measureGrid(site, { rows: Math.min(users, 100_000), rounds })
  tell({
    name: 'grid',
    what: `dashboard: from frame to frame while scrolling among ${rows.toLocaleString('en')} rows, p95`,
    unit: 'ms',
    measured: p95.measured,
    reference: { what: 'among plain lines', value: p95.reference, ratio: p95.ratio },
  })
  const target = { bound: 'at most' as const, value: 17 }
  tell({ name: 'grid', what: 'the same, by itself', unit: 'ms', measured: p95.measured, target })
  tell({ name: 'grid', what: `the same, median (${elements} elements in the page)`, unit: 'ms', measured: p50 })
  tell({ name: 'grid', what: 'until so many were there, going to the end again and again', unit: 's', measured: spreadOf([secondsToEnd]) }) // prettier-ignore
}

/** The servers that Rollcall is compared with, each a process of its own. */
async function startReferences(site: Site) {
  const { rollcallUrl, apiToken, tenantUrl, databaseUrl, credentials } = site
  const answer = await fetch(`${rollcallUrl}/api/users?limit=50`, {
    headers: { authorization: `Bearer ${apiToken}` },
  })
  const floor = fork(new URL('floor.ts', import.meta.url))
  floor.send({ list: await answer.text(), databaseUrl, statement: byEmail(site) } satisfies FloorData)
  const env = {
    ...process.env,
    TENANT_URL: tenantUrl,
    CLIENT_ID: credentials.m2m.clientId,
    CLIENT_SECRET: credentials.m2m.clientSecret,
  }
  const naiveProxy = fork(new URL('naive-proxy.ts', import.meta.url), { env })
  const address = async (child: ChildProcess) => {
    closers.push(async () => void (child.connected && child.disconnect()))
    const [port] = (await once(child, 'message')) as [number] // all that it ever sends
    return `http://localhost:${port}`
  }
  const [floorUrl, proxyUrl] = await Promise.all([address(floor), address(naiveProxy)])
  return { floor: floorUrl, naiveProxy: `${proxyUrl}/users` }
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
    if (error instanceof StoppedFromOutside) throw error
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
