import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { permissions } from '@rollcall/contracts/admin-api'
import { askTenant, ControlRefused, type RunningTenant } from './running-tenant.ts'

export const makeApplicationUsage = 'application NAME PERMISSION…'

/**
 * Makes a machine-to-machine application for a script, with these permissions of Rollcall and no others. What it signs in by is written into a
 * file that only its owner can read, as the command line takes it from the environment; nothing of it is said.
 * @param words the name, and the permissions
 * @returns a line that says where
 * @throws ControlRefused
 */
export async function makeApplication([name = '', ...wanted]: string[], running: RunningTenant): Promise<string> {
  if (!/^[a-z0-9][a-z0-9-]{0,50}$/.test(name) || wanted.length === 0) {
    throw new ControlRefused(`Write npm run tenant -- ${makeApplicationUsage}, the name in small letters, digits and hyphens.`) // prettier-ignore
  }
  const unknown = wanted.filter((word) => !(permissions as readonly string[]).includes(word))
  if (unknown.length > 0) {
    throw new ControlRefused(`There is no permission ${unknown.join(', ')}. These are: ${permissions.join(', ')}.`)
  }
  const folder = join(running.dataFolder, 'applications')
  const file = join(folder, `${name}.env`)
  if (await stat(file).catch(() => undefined)) throw new ControlRefused(`${file} is there already.`)

  const manage = await openManagement(running)
  const { audience } = running.credentials
  const client = await manage('POST', '/clients', {
    name,
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  })
  try {
    await manage('POST', '/client-grants', { client_id: client.client_id, audience, scope: wanted })
  } catch (error) {
    await manage('DELETE', `/clients/${client.client_id}`) // one that may do nothing is of no use
    throw error
  }
  const lines = {
    ...(running.dashboardUrl !== null && { ROLLCALL_URL: running.dashboardUrl }),
    ROLLCALL_TENANT: running.tenantUrl,
    ROLLCALL_AUDIENCE: audience,
    ROLLCALL_CLIENT_ID: client.client_id,
    ROLLCALL_CLIENT_SECRET: client.client_secret,
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(file, Object.entries(lines).map(([variable, value]) => `${variable}=${value}\n`).join(''), { mode: 0o600, flag: 'wx' }) // prettier-ignore
  return `${name} may ${wanted.join(', ')}. What it signs in by is in ${file}:\n  set -a; . '${file}'; set +a`
}

type Manage = (method: string, path: string, body?: unknown) => Promise<Record<string, string>>

async function openManagement({ tenantUrl, credentials }: RunningTenant): Promise<Manage> {
  const send = async (method: string, path: string, body: unknown, token?: string) => {
    const response = await askTenant(tenantUrl, path, {
      method,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, string>
    if (!response.ok) throw new ControlRefused(answer.message ?? `The tenant answered ${response.status}.`)
    return answer
  }
  const { clientId, clientSecret } = credentials.m2m
  const { access_token: token } = await send('POST', '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    audience: `${tenantUrl}/api/v2/`,
  })
  return (method, path, body) => send(method, `/api/v2${path}`, body, token)
}
