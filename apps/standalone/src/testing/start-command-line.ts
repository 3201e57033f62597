import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect } from 'vitest'
import { makeApplication } from '../make-application.ts'
import { startStaffed, type Staffed } from './start-staffed.ts'
import type { TestStandaloneOptions } from './start-standalone.ts'
import { runCommand, type CommandOptions, type Ended } from '../command-line/testing/run-command.ts'

/** A server and its tenant, and the command line as scripts meet it: processes. */
export interface TestCommandLine {
  staffed: Staffed
  /** Of the test's own. */
  folder: string
  /** The environment of an application that may do everything. */
  everything: Record<string, string>
  /** That of a new one. */
  applicationWith(...permissions: string[]): Promise<Record<string, string>>
  /** By an application that may do everything, unless another environment is given. */
  rollcall(args: string[], options?: Partial<CommandOptions>): Promise<Ended>
  /** What it printed with `--json`, when it was done. */
  found<Answer>(args: string[], options?: Partial<CommandOptions>): Promise<Answer[]>
  /** New people with addresses of their own, whom the directory knows. */
  people(...names: string[]): Promise<{ ids: string[]; filter: string; address: (at: number) => string }>
  close(): Promise<void>
}

export async function startCommandLine(options: TestStandaloneOptions = {}): Promise<TestCommandLine> {
  const staffed = await startStaffed(options)
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-command-line-'))
  const { tenant, url } = staffed.standalone
  const running = { dataFolder: folder, tenantUrl: tenant.url, dashboardUrl: url, credentials: tenant.credentials }
  let made = 0
  const applicationWith = async (...permissions: string[]) => {
    const name = `application-${++made}`
    expect(await makeApplication([name, ...permissions], running)).toContain(`${name} may`)
    return parseEnv(await readFile(join(folder, 'applications', `${name}.env`), 'utf8')) as Record<string, string>
  }
  const everything = await applicationWith('manage:users')
  const rollcall: TestCommandLine['rollcall'] = (args, call = {}) => runCommand(args, { env: everything, ...call })
  return {
    staffed,
    folder,
    everything,
    applicationWith,
    rollcall,
    async found<Answer>(args: string[], call: Partial<CommandOptions> = {}) {
      const { code, out, told } = await rollcall([...args, '--json'], call)
      expect([code, told]).toEqual([0, expect.anything()])
      return out.trim().split('\n').map((line) => JSON.parse(line) as Answer)
    },
    async people(...names) {
      const tag = `${randomBytes(4).toString('hex')}`
      const ids: string[] = []
      for (const [at, name] of names.entries())
        ids.push(await staffed.signUp({ name, email: `cli-${tag}-${at}@example.com` }))
      await expect.poll(async () => (await staffed.listed(`email:cli-${tag}-*`)).length).toBe(names.length)
      return { ids, filter: `email:cli-${tag}-*`, address: (at) => `cli-${tag}-${at}@example.com` }
    },
    async close() {
      await staffed.close()
      await rm(folder, { recursive: true })
    },
  }
} // prettier-ignore
