import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { misused } from './failure.ts'

/** Who the command is to Rollcall: a token that somebody else has got, or an application that gets its own. */
export type Credentials =
  | { kind: 'token'; token: string }
  | { kind: 'application'; tenant: string; audience: string; clientId: string; clientSecret: string }

export interface Settings {
  /** Where Rollcall is, with no slash at the end. */
  url: string
  /** @throws CommandFailed when there are none, or half of them */
  credentials(): Credentials
}

/** The file that `npm start` reads. Never one of the folder somebody happens to be in: it could send a token anywhere. */
const envFile = new URL('../../../../.env', import.meta.url)

/**
 * @param env the process's environment; it wins over the file `.env` beside Rollcall's README
 * @throws CommandFailed
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const file = readEnvFile()
  const read = (name: string) => env[name]?.trim() || file[name]?.trim() || undefined // empty is as good as not set
  const url = readAddress('ROLLCALL_URL', read('ROLLCALL_URL') ?? `http://localhost:${read('PORT') ?? 8000}`)
  return {
    url: url.href.replace(/\/$/, ''),
    credentials: () => {
      const token = read('ROLLCALL_TOKEN')
      if (token !== undefined) return { kind: 'token', token }
      const wanted = {
        ROLLCALL_CLIENT_ID: read('ROLLCALL_CLIENT_ID'),
        ROLLCALL_CLIENT_SECRET: read('ROLLCALL_CLIENT_SECRET'),
        ROLLCALL_TENANT: read('ROLLCALL_TENANT') ?? read('AUTH0_DOMAIN'),
        ROLLCALL_AUDIENCE: read('ROLLCALL_AUDIENCE') ?? read('AUTH0_AUDIENCE'),
      }
      const {
        ROLLCALL_CLIENT_ID: clientId,
        ROLLCALL_CLIENT_SECRET: clientSecret,
        ROLLCALL_TENANT: tenant,
        ROLLCALL_AUDIENCE: audience,
      } = wanted
      if (clientId && clientSecret && tenant && audience) {
        const { origin } = readAddress('ROLLCALL_TENANT', tenant.includes('://') ? tenant : `https://${tenant}`)
        return { kind: 'application', tenant: origin, audience, clientId, clientSecret }
      }
      const missing = Object.entries(wanted).flatMap(([name, value]) => (value ? [] : [name]))
      throw misused(
        `Rollcall has to know who asks, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
        'Set them to those of a machine-to-machine application, or ROLLCALL_TOKEN to an access token (docs/command-line.md).',
      )
    },
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** @throws CommandFailed for what is no address to send a secret to */
function readAddress(variable: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw misused(`${variable} is not an address such as https://rollcall.example.`)
  if (url.username || url.password) throw misused(`${variable} holds a name or password, which is not for an address.`)
  if (url.search || url.hash) throw misused(`${variable} ends with a question or a fragment. Leave it off.`)
  if (url.protocol === 'http:' && !loopback.test(url.hostname))
    throw misused(`${variable} begins with http:, and what is sent there could be read on the way.`, 'Write https:.')
  return url
}

function readEnvFile(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(envFile, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw misused(`The file .env cannot be read: ${(error as Error).message}.`)
  }
}
