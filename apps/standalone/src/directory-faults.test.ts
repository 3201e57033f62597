import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { DirectoryStatus } from '@rollcall/contracts/admin-api'
import { openDatabase, sql, type Database } from '@rollcall/database'
import { createRandom, type Random } from '@rollcall/test-kit/random'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './testing/differences.ts'
import { openLedger } from './testing/ledger.ts'
import { makePasswordClient, manages, sendForm, signIn } from './testing/manage.ts'
import { startFallible, type Fallible } from './testing/start-fallible.ts'
import { factsOf } from './testing/tenant-facts.ts'
import { writeAtRandom } from './testing/write-at-random.ts'

/** Longer and again: `FAULT_SECONDS=300 FAULT_SEED=7 npm test -- --unit directory-faults`. */
const seconds = Number(process.env.FAULT_SECONDS ?? 12)
const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
const about = `FAULT_SEED=${seed} FAULT_SECONDS=${seconds}`
/** Between two kills, in the time that a start takes: so that some are killed at work, whatever the machine. */
const longestPeace = 1.5

let all: Fallible
let database: Database<never>
beforeAll(async () => {
  all = await startFallible({ demoUsers: 6000 }) // more than a fill takes in at once
  database = openDatabase<never>({ url: all.database.url, schema: 'public' })
}, 120_000)
afterAll(async () => {
  await database.close()
  await all.close()
}, 60_000)

const mortals = () => [all.tenant, ...all.servers, all.database]
const query = async <Row>(text: string) => (await sql.raw<Row>(text).execute(database.db)).rows
const askRollcall = (path: string, method = 'GET') =>
  fetch(`${all.servers[asked++ % all.servers.length]?.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${all.staffToken}` },
  })
let asked = 0

/** For so many seconds, and until each was killed and much was written all the same; the database once a minute. */
async function killAtRandom(random: Random, hasEnough: () => boolean): Promise<void> {
  const programs = [all.tenant, ...all.servers]
  const startedAt = performance.now()
  const isOver = () => performance.now() - startedAt > seconds * 1000
  let databaseDiesAt = startedAt + (Math.min(seconds, 60) / 2) * 1000
  while (!isOver() || programs.some(({ kills }) => kills === 0) || !hasEnough()) {
    const victims = random.chance(0.1) ? programs : [random.pick(programs)]
    // Most are let come to work before they are killed; the others die while they start.
    if (random.chance(0.8)) for (const victim of victims) await victim.isReady()
    const startMs = Math.max(...programs.map((program) => program.startMs))
    await sleep(random.below(longestPeace * startMs)) // the moment of the kill is what is tried
    await Promise.all(victims.map((victim) => victim.kill()))
    if (performance.now() < databaseDiesAt) continue
    await all.database.kill()
    databaseDiesAt += 60_000
  }
}

/** Until the directory says that all is in it which the tenant has been told of by now. */
async function becomesCurrent(): Promise<void> {
  const patience = { timeout: 120_000, interval: 100 }
  for (const mortal of mortals()) await mortal.isReady()
  const left = () => query(`SELECT (SELECT count(*) FROM tenant.jobs WHERE finished_at IS NULL) AS jobs, (SELECT count(*) FROM tenant.unlogged_changes) AS changes`) // prettier-ignore
  await expect.poll(left, { ...patience, message: about }).toEqual([{ jobs: 0, changes: 0 }])
  const since = Date.now()
  for (const _ of all.servers) {
    const status = async () => DirectoryStatus.parse(await (await askRollcall('/directory')).json())
    const isCurrent = (asOf: string | null) => asOf !== null && Date.parse(asOf) > since
    await expect.poll(status, { ...patience, message: about }).toMatchObject({ state: 'current', asOf: expect.toSatisfy(isCurrent) as string, problem: null }) // prettier-ignore
  }
}

test('whatever is killed, the directory ends up as the tenant is, to the row, and the tenant has kept what it acknowledged', { timeout: seconds * 1000 + 400_000 }, async ({ annotate }) => {
  await annotate(about)
  const { tenant } = all
  const manage = manages(tenant)
  const client = await makePasswordClient(manage)
  const person = { username: 'signs-in@example.com', password: 'Correct-Horse-9-Battery' }
  const connection = 'Username-Password-Authentication'
  await manage('POST', '/users', { connection, email: person.username, password: person.password })
  const [imports] = (await manage('GET', '/connections?strategy=auth0')).body as { id: string }[]
  const ledger = openLedger()
  let signIns = 0

  const stopping = new AbortController()
  const writing = writeAtRandom({
    manage,
    ledger,
    seed,
    signal: stopping.signal,
    importUsers: (users) => {
      const form = new FormData()
      form.set('connection_id', imports?.id ?? '')
      form.set('users', new Blob([JSON.stringify(users)]))
      return sendForm(tenant, '/jobs/users-imports', form)
    },
    deleteThroughRollcall: (userId) => askRollcall(`/users/${encodeURIComponent(userId)}`, 'DELETE'),
    signIn: async () => {
      const answer = await signIn(tenant.url, client, person)
      if (answer.ok) signIns += 1
      return answer
    },
  })
  await killAtRandom(createRandom(seed), () => ledger.counts.done > 100)
  stopping.abort()
  await writing
  const stoppedAt = performance.now()
  await becomesCurrent()
  const followedAfterMs = Math.round(performance.now() - stoppedAt)

  expect(await differences(database.db), about).toEqual([])
  expect(ledger.lies(await factsOf(database.db)), about).toEqual([])
  const counted = await query<{ logins_count: number }>(`SELECT logins_count FROM tenant.users WHERE email = '${person.username}'`) // prettier-ignore
  expect(counted[0]?.logins_count, about).toBeGreaterThanOrEqual(signIns)

  const kills = Object.fromEntries(mortals().map((mortal) => [mortal.name, mortal.kills]))
  const [rows] = await query('SELECT (SELECT count(*) FROM rollcall.users) AS users, (SELECT count(*) FROM rollcall.user_roles) AS roles, (SELECT count(*) FROM rollcall.organization_members) AS members') // prettier-ignore
  await annotate(`${about}: ${JSON.stringify({ kills, writes: ledger.counts, signIns, rows, followedAfterMs })}`)
}) // prettier-ignore
