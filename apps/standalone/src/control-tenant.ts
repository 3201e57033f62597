import { makeApplication, makeApplicationUsage } from './make-application.ts'
import { askTenant, ControlRefused, readRunningTenant } from './running-tenant.ts'

/** What the words after `npm run tenant --` ask of the tenant that runs. */
const commands: Record<string, { usage: string; ask: (argument: string) => [method: string, path: string, body?: unknown] }> = {
  reset: { usage: 'reset', ask: () => ['POST', 'reset'] },
  seed: { usage: 'seed 5000', ask: (users) => ['POST', 'seed', { users: Number(users) }] },
  snapshot: { usage: 'snapshot NAME', ask: (name) => ['POST', `snapshots/${encodeURIComponent(name)}`] },
  restore: { usage: 'restore NAME', ask: (name) => ['POST', `snapshots/${encodeURIComponent(name)}/restore`] },
  forget: { usage: 'forget NAME', ask: (name) => ['DELETE', `snapshots/${encodeURIComponent(name)}`] },
  snapshots: { usage: 'snapshots', ask: () => ['GET', 'snapshots'] },
} // prettier-ignore

/**
 * Asks the tenant of this folder, which is running, to go back, to fill up, or to keep its state.
 * @returns a line that says what was done
 * @throws ControlRefused
 */
export async function controlTenant(words: string[], env: NodeJS.ProcessEnv, folder: string): Promise<string> {
  const [name = '', argument = ''] = words
  if (name === 'application') return makeApplication(words.slice(1), await readRunningTenant(env, folder))
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  const usage = [...Object.values(commands), { usage: makeApplicationUsage }].map((one) => `  npm run tenant -- ${one.usage}`).join('\n') // prettier-ignore
  if (!command || (command.usage.includes(' ') && argument === ''))
    throw new ControlRefused(`There is no command “${words.join(' ')}”. These are:\n${usage}`)
  const { tenantUrl, credentials } = await readRunningTenant(env, folder)
  const { m2m } = credentials
  const [method, path, body] = command.ask(argument)
  const response = await askTenant(tenantUrl, `/control/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${m2m.clientId}:${m2m.clientSecret}`).toString('base64')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
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
