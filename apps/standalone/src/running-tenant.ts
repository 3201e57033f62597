import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '@rollcall/program'
import { Credentials } from '@rollcall/tenant'

/** Why it could not be done, in words for the person at the keyboard. */
export class ControlRefused extends Error {
  override readonly name = 'ControlRefused'
}

export interface RunningTenant {
  dataFolder: string
  tenantUrl: string
  /** null: the tenant runs alone. */
  dashboardUrl: string | null
  credentials: Credentials
}

/**
 * The local tenant of this folder, as it says where it is.
 * @throws ControlRefused when it was never started
 */
export async function readRunningTenant(env: NodeJS.ProcessEnv, folder: string): Promise<RunningTenant> {
  const { dataFolder } = readConfig(env, folder, { isTenantAlone: true })
  const read = async (file: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(join(dataFolder, file), 'utf8'))
    } catch (error) {
      throw new ControlRefused(`${join(dataFolder, file)} cannot be read: start the tenant first, by npm run tenant.`, { cause: error }) // prettier-ignore
    }
  }
  const run = (await read('run.json')) as Pick<RunningTenant, 'tenantUrl' | 'dashboardUrl'>
  return { ...run, dataFolder, credentials: Credentials.parse(await read('credentials.json')) }
}

/** @throws ControlRefused when nothing answers there */
export function askTenant(tenantUrl: string, path: string, init: RequestInit): Promise<Response> {
  return fetch(`${tenantUrl}${path}`, init).catch((error: unknown) => {
    throw new ControlRefused(`No tenant answers at ${tenantUrl}: start it first, by npm run tenant.`, { cause: error })
  })
}
