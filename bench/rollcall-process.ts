import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface Running {
  /** Of the process whose descendants are all that was started. */
  pid: number
  /** @returns what the work does. @throws StoppedFromOutside as soon as the program has ended without having been told to: the work may never end then */
  whileItRuns<Result>(work: Promise<Result>): Promise<Result>
  /** Also when it has ended already. */
  stop(): Promise<void>
}

/** There is nothing left to be measured. */
export class StoppedFromOutside extends Error {
  override readonly name = 'StoppedFromOutside'

  constructor(what: string, how: string) {
    super(`${what} was stopped from outside (${how}): nothing was measured from then on.`)
  }
}

export interface RollcallProcess extends Running {
  run: { dashboardUrl: string; tenantUrl: string; tenantCa: string }
  credentials: {
    audience: string
    staff: { email: string; password: string }
    m2m: { clientId: string; clientSecret: string }
  }
  /** From the start of the command until the dashboard's page was answered. */
  secondsToFirstPage: number
}

/** TENANT_PORT, if set, is used: a tenant at another address is another tenant, whose directory is filled anew. */
const environment = (dataFolder: string) => ({
  ...process.env,
  PORT: '0',
  TENANT_PORT: process.env.TENANT_PORT ?? '0',
  ROLLCALL_DATA: dataFolder,
  LOG_LEVEL: 'error',
  DATABASE_URL: '',
  AUTH0_DOMAIN: '',
})

/** Runs `npm run …` on free ports until it says that it is ready. @param place.core the one core that all of it is to run on */
export async function startProgram(
  script: string,
  { dataFolder, args = [], env = {}, core }: { dataFolder: string; args?: string[]; env?: NodeJS.ProcessEnv; core?: number },
): Promise<Running> {
  const command = ['npm', 'run', script, '--', ...args]
  const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', String(core), ...command]
  // A group of its own, so that it can be told to stop as Ctrl-C does.
  const child = spawn(program, rest, { cwd: root, env: { ...environment(dataFolder), ...env }, detached: true })
  const closed = once(child, 'close') // every process that held its output is gone
  let isToldToStop = false
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (!isToldToStop) reject(new StoppedFromOutside(script === 'start' ? 'Rollcall' : `npm run ${script}`, signal ?? `exit code ${code}`))
    })
  })
  ended.catch(() => undefined) // nothing may be under way just then
  await waitForLine(child, /^Ready/m)
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} could not be started.`)
  return {
    pid,
    whileItRuns: (work) => {
      work.catch(() => undefined) // what it fails with afterwards is a consequence
      return Promise.race([work, ended])
    },
    stop: async () => {
      isToldToStop = true
      try {
        process.kill(-pid, 'SIGINT')
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
      }
      await closed
    },
  }
} // prettier-ignore

/** Runs `npm start` on free ports, as a person does, and waits for its first page. */
export async function startRollcall(dataFolder: string, args: string[] = []): Promise<RollcallProcess> {
  const startedAt = performance.now()
  const started = await startProgram('start', { dataFolder, args })
  const read = async (name: string) => JSON.parse(await readFile(join(dataFolder, name), 'utf8'))
  const run: RollcallProcess['run'] = await read('run.json')
  const page = await fetch(run.dashboardUrl)
  if (!page.ok) throw new Error(`${run.dashboardUrl} answered ${page.status}`)
  await page.text()
  const secondsToFirstPage = (performance.now() - startedAt) / 1000
  return { ...started, run, credentials: await read('credentials.json'), secondsToFirstPage }
}

/** Fills a data folder with users, as `npm run seed` does. */
export async function seed(dataFolder: string, users: number): Promise<void> {
  const args = ['run', 'seed', '--', '--users', String(users)]
  const child = spawn('npm', args, { cwd: root, env: environment(dataFolder) })
  await waitForLine(child, /^(Added|There are) /m)
  if (child.exitCode === null) await once(child, 'exit')
}

function waitForLine(child: ReturnType<typeof spawn>, line: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    const listen = (chunk: Buffer) => {
      output += String(chunk)
      if (line.test(output)) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => reject(new Error(`It ended with ${code} too early:\n${output}`)))
  })
}
