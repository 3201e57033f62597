import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '@rollcall/program'
import { Credentials } from '@rollcall/tenant'

/** What the words after `npm run tenant --` ask of the tenant that runs. */
const commands: Record<string, { usage: string; ask: (argument: string) => [method: string, path: string, body?: unknown] }> = {
  reset: { usage: 'reset', ask: () => ['POST', 'reset'] },
  seed: { usage: 'seed 5000', ask: (users) => ['POST', 'seed', { users: Number(users) }] },
  snapshot: { usage: 'snapshot NAME', ask: (name) => ['POST', `snapshots/${encodeURIComponent(name)}`] },
  restore: { usage: 'restore NAME', ask: (name) => ['POST', `snapshots/${encodeURIComponent(name)}/restore`] },
  forget: { usage: 'forget NAME', ask: (name) => ['DELETE', `snapshots/${encodeURIComponent(name)}`] },
  snapshots: { usage: 'snapshots', ask: () => ['GET', 'snapshots'] },
} // prettier-ignore

/** Why it could not be done, in words for the person at the keyboard. */
export class ControlRefused extends Error {
  override readonly name = 'ControlRefused'
}

/**
 * Asks the tenant of this folder, which is running, to go back, to fill up, or to keep its state.
 * @returns a line that says what was done
 * @throws ControlRefused
 */
export async function controlTenant(words: string[], env: NodeJS.ProcessEnv, folder: string): Promise<string> {
  const [name = '', argument = ''] = words
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  const usage = Object.values(commands).map((one) => `  npm run tenant -- ${one.usage}`).join('\n') // prettier-ignore
  if (!command || (command.usage.includes(' ') && argument === ''))
    throw new ControlRefused(`There is no command “${words.join(' ')}”. These are:\n${usage}`)
  const { dataFolder } = readConfig(env, folder, { isTenantAlone: true })
  const read = async (file: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(join(dataFolder, file), 'utf8'))
    } catch (error) {
      throw new ControlRefused(`${join(dataFolder, file)} cannot be read: start the tenant first, by npm run tenant.`, { cause: error }) // prettier-ignore
    }
  }
  const { tenantUrl } = (await read('run.json')) as { tenantUrl: string }
  const { m2m } = Credentials.parse(await read('credentials.json'))
  const [method, path, body] = command.ask(argument)
  const response = await fetch(`${tenantUrl}/control/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${m2m.clientId}:${m2m.clientSecret}`).toString('base64')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new ControlRefused(`No tenant answers at ${tenantUrl}: start it first, by npm run tenant.`, { cause: error })
  })
  const text = await response.text()
  const answer = (text === '' ? {} : JSON.parse(text)) as { message?: string; added?: number } | Listed[]
  if (Array.isArray(answer)) return answer.map(({ name: kept, users }) => `${kept}  ${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}`).join('\n') || 'No snapshots.' // prettier-ignore
  if (!response.ok) throw new ControlRefused(answer.message ?? `The tenant answered ${response.status}.`)
  return answer.added === undefined ? 'Done.' : `Added ${answer.added.toLocaleString('en')} users.`
}

interface Listed {
  name: string
  users: number
}
