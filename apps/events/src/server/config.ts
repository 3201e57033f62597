import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { z } from 'zod'

const Port = z.coerce.number().int().min(0).max(65_535) // 0: any free port
const Environment = z.object({
  PORT: Port.default(8000),
  TENANT_PORT: Port.default(8001),
  ROLLCALL_DATA: z.string().default('.rollcall'),
  DATABASE_URL: z.url().optional(), // absent: the embedded server
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
})
const Auth0 = z.object({
  AUTH0_DOMAIN: z.string(), // example.eu.auth0.com
  AUTH0_AUDIENCE: z.string(),
  AUTH0_SPA_CLIENT_ID: z.string(),
  CLIENT_ID: z.string(),
  CLIENT_SECRET: z.string(),
})

export type Auth0Config = z.infer<typeof Auth0>
export type Config = z.infer<typeof Environment> & {
  /** Absent: the local tenant. */
  auth0: Auth0Config | undefined
}

/**
 * The same settings as `npm start`, from the environment or `.env`.
 * @throws Error with every fault, each under its variable's name
 */
export function readConfig(): Config {
  if (existsSync('.env')) loadEnvFile('.env')
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value)) // empty means absent
  const environment = Environment.safeParse(set)
  const auth0 = set.AUTH0_DOMAIN === undefined ? undefined : Auth0.safeParse(set)
  const issues = [...(environment.error?.issues ?? []), ...(auth0?.error?.issues ?? [])]
  if (!environment.success || issues.length > 0) {
    const faults = issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
    throw new Error(`The configuration has faults:\n${faults.join('\n')}`)
  }
  return { ...environment.data, auth0: auth0?.data }
}
