import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { rateLimitPlans } from '@rollcall/tenant'
import { actionNames, policyNames, readCustomFields, readDisposableDomains } from '@rollcall/server'
import type { CustomFieldDeclaration, DisposableDomainsDeclaration } from '@rollcall/server'
import type { TenantSettings } from '@rollcall/tenant'
import { z } from 'zod'

/** One thing wrong with the configuration: which variable, what is wrong with it, how to mend it. */
export interface ConfigurationFault {
  variable: string
  problem: string
  mend: string
}

/** Carries every fault at once, so that nobody mends them one start at a time. */
export class ConfigurationError extends Error {
  readonly faults: ConfigurationFault[]

  constructor(faults: ConfigurationFault[]) {
    super(faults.map(({ variable, problem, mend }) => `${variable}: ${problem} ${mend}`).join('\n'))
    this.name = 'ConfigurationError'
    this.faults = faults
  }
}

/** An Auth0 tenant (or any server that speaks its API) and what Rollcall is registered as there. */
export interface Auth0Config {
  domain: string
  audience: string
  clientId: string
  clientSecret: string
  spaClientId: string
}

export interface Config {
  port: number
  tenantPort: number
  dataFolder: string
  /** Absent: the embedded server. */
  databaseUrl: string | undefined
  /** Absent: the local tenant. */
  auth0: Auth0Config | undefined
  /** Whether Rollcall keeps a copy of the users, or asks the tenant live. */
  directory: 'copy' | 'live'
  /** Fields of users' metadata that have names of the team's own. */
  fields: readonly CustomFieldDeclaration[]
  /** Whose addresses are thrown away after one mail; empty: those that are well known. */
  disposableDomains: DisposableDomainsDeclaration
  /** Actions that are not done without a reason, and those that need a second person above so many users. */
  policy: { reasonRequired: string[]; approvalAbove: Record<string, number> }
  /** How deletions are undone. */
  recycleBin: {
    deleteAfterDays: number
    keepForDays: number
    /** Absent: one in the data folder. */
    key: Buffer | undefined
  }
  /** How the local tenant is to behave. */
  tenant: TenantSettings
  logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
}

const port = (fallback: number) =>
  z.coerce
    .number('is not a number.')
    .int('is not a whole number.')
    .min(0, 'is below 0.')
    .max(65_535, 'is above 65535.')
    .default(fallback)

const whole = (least: number, most: number) =>
  z.coerce.number('is not a number.').int('is not a whole number.').min(least, `is below ${least}.`).max(most, `is above ${most}.`) // prettier-ignore

const Environment = z.object({
  PORT: port(8000), // 0: any free port
  TENANT_PORT: port(8001),
  ROLLCALL_DATA: z.string().default('.rollcall'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is not a PostgreSQL URL.' }).optional(),
  LOG_LEVEL: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'], 'is none of silent, error, warn, info, debug.')
    .optional(),
  DIRECTORY: z.enum(['copy', 'live'], 'is none of copy, live.').default('copy'),
  REASON_REQUIRED: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .refine((names) => names.every((name) => policyNames.includes(name)), 'names an action that there is none of.')
    .default([]),
  ROLLCALL_FIELDS_FILE: z.string().optional(),
  ROLLCALL_DISPOSABLE_DOMAINS_FILE: z.string().optional(),
  APPROVAL_ABOVE: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
        .map((part) => part.split(':')),
    )
    .refine(
      (parts) =>
        parts.every(
          ([name = '', above = '0', ...more]) =>
            actionNames.includes(name) && /^\d{1,9}$/.test(above) && more.length === 0,
        ),
      'is not a list of actions, each with a number of users after a colon.',
    )
    .transform((parts): Record<string, number> =>
      Object.fromEntries(parts.map(([name = '', above = '0']) => [name, Number(above)])),
    )
    .default({}),
  DELETE_AFTER_DAYS: whole(1, 365).default(14),
  RECYCLE_BIN_DAYS: whole(1, 3650).default(30),
  RECYCLE_BIN_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'is not 64 hexadecimal digits.')
    .transform((digits) => Buffer.from(digits, 'hex'))
    .optional(),
  TENANT_RATE_LIMITS: z.enum(rateLimitPlans, `is none of ${rateLimitPlans.join(', ')}.`).default('off'),
  TENANT_SEARCH_LAG_MS: whole(0, 60_000).optional(),
  TENANT_SEARCH_CAP: whole(1, 1_000_000).optional(),
  TENANT_SEARCH_TIMEOUT_MS: whole(1, 600_000).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'is not an SMTP URL.' }).optional(),
  MAIL_FROM: z.string().optional(),
  AUTH0_DOMAIN: z.string().optional(),
  AUTH0_AUDIENCE: z.string().optional(),
  CLIENT_ID: z.string().optional(),
  CLIENT_SECRET: z.string().optional(),
  AUTH0_SPA_CLIENT_ID: z.string().optional(),
})
type Environment = z.infer<typeof Environment>

const mends: Record<string, string> = {
  PORT: 'Set a port such as 8000, or 0 for any free one.',
  TENANT_PORT: 'Set a port such as 8001, or 0 for any free one.',
  DATABASE_URL:
    'Write it as postgresql://user:password@host:5432/database, or leave it out to use the embedded server.',
  DIRECTORY: 'Leave it out to keep a copy of the users, or write live to keep none.',
  REASON_REQUIRED: `Write names with commas between, of these: ${policyNames.join(', ')}.`,
  APPROVAL_ABOVE: `Write user.delete:100,user.purge: an action, and above how many users it needs a second person (always without a number). Actions: ${actionNames.join(', ')}.`,
  DELETE_AFTER_DAYS: 'Write a whole number of days, 365 at most, or leave it out for 14.',
  RECYCLE_BIN_DAYS: 'Write a whole number of days, 3650 at most, or leave it out for 30.',
  RECYCLE_BIN_KEY:
    'Take what openssl rand -hex 32 prints, the same for every server, or leave it out for a key in the data folder.',
  TENANT_RATE_LIMITS: 'Leave it out for none.',
  TENANT_SEARCH_LAG_MS: 'Write it in milliseconds, 60000 at most, or leave it out for none.',
  TENANT_SEARCH_CAP: 'Auth0’s is 1000; leave it out for none.',
  TENANT_SEARCH_TIMEOUT_MS: 'Auth0’s is 2000; leave it out for none.',
  SMTP_URL: 'Write it as smtp://user:password@host:587, or leave it out to read mail at /mailbox.',
  LOG_LEVEL: 'Leave it out for the default.',
}

/** What is not repeated to whoever reads the terminal. */
const secrets = ['RECYCLE_BIN_KEY']

export interface ReadConfigOptions {
  isTenantAlone?: boolean
}

/**
 * Reads the whole configuration and checks it whole.
 * @param env the process's environment; it wins over the file
 * @param folder where `.env` is looked for, and what relative paths are relative to
 * @param options.isTenantAlone for what is the local tenant and nothing else: where the applications under test are told to look, often in the same
 *   shell, is none of its affair
 * @throws ConfigurationError with every fault
 */
export function readConfig(
  env: NodeJS.ProcessEnv,
  folder: string,
  { isTenantAlone = false }: ReadConfigOptions = {},
): Config {
  const merged = Object.entries({ ...readEnvFile(resolve(folder, '.env')), ...env })
  const meant = merged.filter(([name]) => !(isTenantAlone && name in auth0Variables))
  const set = Object.fromEntries(meant.map(([name, value]) => [name, value?.trim()]).filter(([, value]) => value))

  const parsed = Environment.safeParse(set)
  const faults: ConfigurationFault[] = (parsed.error?.issues ?? []).map((issue) => {
    const variable = String(issue.path[0])
    const value = secrets.includes(variable) ? 'what it is set to' : `“${set[variable]}”`
    return { variable, problem: `${value} ${issue.message}`, mend: mends[variable] ?? '' }
  })
  faults.push(...auth0Faults(set))
  const declared = (variable: keyof typeof files) => readDeclared(variable, set[variable], folder)
  const fields = declared('ROLLCALL_FIELDS_FILE')
  const domains = declared('ROLLCALL_DISPOSABLE_DOMAINS_FILE')
  faults.push(...fields.faults, ...domains.faults)
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults)

  const values = parsed.data
  if (values.PORT !== 0 && values.PORT === values.TENANT_PORT && values.AUTH0_DOMAIN === undefined) {
    throw new ConfigurationError([
      { variable: 'TENANT_PORT', problem: 'is the same as PORT.', mend: 'Give the tenant a port of its own.' },
    ])
  }
  return {
    port: values.PORT,
    tenantPort: values.TENANT_PORT,
    dataFolder: resolve(folder, values.ROLLCALL_DATA),
    databaseUrl: values.DATABASE_URL,
    auth0: toAuth0(values),
    directory: values.DIRECTORY,
    // Both are what they are declared to be: they have no faults.
    fields: (fields.declared ?? []) as CustomFieldDeclaration[],
    disposableDomains: (domains.declared ?? {}) as DisposableDomainsDeclaration,
    policy: { reasonRequired: values.REASON_REQUIRED, approvalAbove: values.APPROVAL_ABOVE },
    recycleBin: {
      deleteAfterDays: values.DELETE_AFTER_DAYS,
      keepForDays: values.RECYCLE_BIN_DAYS,
      key: values.RECYCLE_BIN_KEY,
    },
    tenant: {
      rateLimits: values.TENANT_RATE_LIMITS,
      mail: { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM },
      search: {
        lagMs: values.TENANT_SEARCH_LAG_MS,
        cap: values.TENANT_SEARCH_CAP,
        timeoutMs: values.TENANT_SEARCH_TIMEOUT_MS,
      },
    },
    // On a terminal the lines would drown what the program says to the person in front of it.
    logLevel: values.LOG_LEVEL ?? (process.stdout.isTTY ? 'warn' : 'info'),
  }
}

/** Files of JSON that a variable names: how what they declare is checked, and mended. */
const files = {
  ROLLCALL_FIELDS_FILE: {
    faultsOf: (declared: unknown) => readCustomFields(declared).faults,
    mend: 'docs/custom-fields.md says what a field is declared by.',
    holds: 'a list of fields',
  },
  ROLLCALL_DISPOSABLE_DOMAINS_FILE: {
    faultsOf: (declared: unknown) => readDisposableDomains(declared).faults,
    mend: 'docs/jobs.md says how domains are declared.',
    holds: 'an object: { "more": ["trash.example"] }',
  },
}

/** @returns what the file declares, and everything that is wrong with it; no file declares nothing */
function readDeclared(
  variable: keyof typeof files,
  path: string | undefined,
  folder: string,
): { declared: unknown; faults: ConfigurationFault[] } {
  if (!path) return { declared: undefined, faults: [] }
  const { faultsOf, mend, holds } = files[variable]
  try {
    const declared: unknown = JSON.parse(readFileSync(resolve(folder, path), 'utf8'))
    const faults = faultsOf(declared).map(({ at, problem }) => ({ variable, problem: `“${path}”: ${at}: ${problem}`, mend })) // prettier-ignore
    return { declared, faults }
  } catch (error) {
    const problem = `“${path}” cannot be read: ${error instanceof Error ? error.message : String(error)}.`
    return { declared: undefined, faults: [{ variable, problem, mend: `Make it a JSON file that holds ${holds}.` }] }
  }
}

function toAuth0(values: Environment): Auth0Config | undefined {
  const { AUTH0_DOMAIN, AUTH0_AUDIENCE, CLIENT_ID, CLIENT_SECRET, AUTH0_SPA_CLIENT_ID } = values
  if (!AUTH0_DOMAIN || !AUTH0_AUDIENCE || !CLIENT_ID || !CLIENT_SECRET || !AUTH0_SPA_CLIENT_ID) return undefined
  return {
    domain: AUTH0_DOMAIN,
    audience: AUTH0_AUDIENCE,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    spaClientId: AUTH0_SPA_CLIENT_ID,
  }
}

const auth0Variables = {
  AUTH0_DOMAIN: 'your tenant’s domain, such as example.eu.auth0.com',
  AUTH0_AUDIENCE: 'the identifier of the API whose permissions your staff hold',
  CLIENT_ID: 'the client id of the machine-to-machine application',
  CLIENT_SECRET: 'the client secret of the machine-to-machine application',
  AUTH0_SPA_CLIENT_ID: 'the client id of the single-page application staff sign in to',
} as const

/** Either all five are set, or none: half of them would start something nobody asked for. */
function auth0Faults(set: Record<string, string | undefined>): ConfigurationFault[] {
  const names = Object.keys(auth0Variables) as (keyof typeof auth0Variables)[]
  if (names.every((name) => !set[name])) return []
  const faults: ConfigurationFault[] = names
    .filter((name) => !set[name])
    .map((name) => ({
      variable: name,
      problem: 'is missing, while other settings for an Auth0 tenant are there.',
      mend: `Set it to ${auth0Variables[name]}; or clear all of ${names.join(', ')} to use the local tenant.`,
    }))
  if (set.AUTH0_DOMAIN) faults.push(...domainFaults(set.AUTH0_DOMAIN))
  if (set.AUTH0_AUDIENCE && /\/api\/v2\/?$/.test(set.AUTH0_AUDIENCE)) {
    faults.push({
      variable: 'AUTH0_AUDIENCE',
      problem: `“${set.AUTH0_AUDIENCE}” is Auth0’s Management API.`,
      mend: 'Set the identifier of your own API, the one with the permission manage:users; Rollcall finds the Management API by itself.',
    })
  }
  return faults
}

function domainFaults(domain: string): ConfigurationFault[] {
  const host = domain.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '')
  const mend = `Write only the domain${host ? `: ${host}` : ', such as example.eu.auth0.com.'}`
  if (/^[a-z]+:\/\//i.test(domain)) {
    return [{ variable: 'AUTH0_DOMAIN', problem: `“${domain}” starts with a scheme.`, mend }]
  }
  if (domain.endsWith('/')) return [{ variable: 'AUTH0_DOMAIN', problem: `“${domain}” ends with a slash.`, mend }]
  if (domain.includes('/')) return [{ variable: 'AUTH0_DOMAIN', problem: `“${domain}” holds a path.`, mend }]
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i.test(domain)) {
    return [
      { variable: 'AUTH0_DOMAIN', problem: `“${domain}” is not a domain.`, mend: 'Write it as example.eu.auth0.com.' },
    ]
  }
  return []
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw new ConfigurationError([
      {
        variable: '.env',
        problem: `cannot be read: ${String(error)}.`,
        mend: 'Make it a readable text file or remove it.',
      },
    ])
  }
}
