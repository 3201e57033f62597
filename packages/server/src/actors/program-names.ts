import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'

const knownForMs = 5 * 60_000
const askAgainMs = 30_000
/** Nothing is late for the sake of a name. */
const patienceMs = 1000

/** @returns what the tenant's applications are called, by client id; those whom a slow or failing tenant does not name go without */
export type ProgramNames = () => Promise<ReadonlyMap<string, string>>

export function createProgramNames({
  tenant,
  logger,
}: {
  tenant: Pick<TenantClient, 'clientNames'>
  logger: Logger
}): ProgramNames {
  let names: ReadonlyMap<string, string> = new Map()
  let goodUntil = 0
  let asked: Promise<void> | undefined
  const ask = async () => {
    try {
      names = await tenant.clientNames()
      goodUntil = performance.now() + knownForMs
    } catch (error) {
      goodUntil = performance.now() + askAgainMs
      logger.info({ err: error }, 'programs go without their names for a while')
    } finally {
      asked = undefined
    }
  }
  return async () => {
    if (performance.now() >= goodUntil) {
      asked ??= ask()
      await Promise.race([asked, sleep(patienceMs, undefined, { ref: false })])
    }
    return names
  }
}
