import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationError, readConfig } from './config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const auth0 = {
  AUTH0_DOMAIN: 'example.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://events.example/api',
  CLIENT_ID: 'machine',
  CLIENT_SECRET: 'quiet',
  AUTH0_SPA_CLIENT_ID: 'page',
}

function faultsOf(env: NodeJS.ProcessEnv) {
  try {
    readConfig(env, folder)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  return []
}

test('with nothing set, the local tenant and the embedded server are used', () => {
  expect(readConfig({}, folder)).toEqual({
    port: 8000,
    tenantPort: 8001,
    dataFolder: join(folder, '.rollcall'),
    databaseUrl: undefined,
    auth0: undefined,
    directory: 'copy',
    fields: [],
    disposableDomains: {},
    policy: { reasonRequired: [], approvalAbove: {} },
    recycleBin: { deleteAfterDays: 14, keepForDays: 30, key: undefined },
    tenant: {
      rateLimits: 'off',
      mail: { smtpUrl: undefined, from: undefined },
      search: { lagMs: undefined, cap: undefined, timeoutMs: undefined },
    },
    logLevel: process.stdout.isTTY ? 'warn' : 'info',
  })
})

test('.env is read, and the environment wins over it', () => {
  writeFileSync(join(folder, '.env'), 'PORT=9000\nTENANT_PORT=9001\n')
  expect(readConfig({ PORT: '9100' }, folder)).toMatchObject({ port: 9100, tenantPort: 9001 })
})

test('a variable that is set to nothing counts as not set', () => {
  expect(readConfig({ AUTH0_DOMAIN: '', PORT: ' ' }, folder)).toMatchObject({ port: 8000, auth0: undefined })
})

test('the tenant alone starts beside the two lines that point an application at it', () => {
  const env = { AUTH0_DOMAIN: 'localhost:8001', CLIENT_ID: 'x', TENANT_PORT: '8001' }
  expect(readConfig(env, folder, { isTenantAlone: true })).toMatchObject({ tenantPort: 8001, auth0: undefined })
  expect(() => readConfig(env, folder)).toThrow(ConfigurationError)
})

test('an Auth0 tenant is taken whole', () => {
  expect(readConfig(auth0, folder).auth0).toEqual({
    domain: 'example.eu.auth0.com',
    audience: 'https://events.example/api',
    clientId: 'machine',
    clientSecret: 'quiet',
    spaClientId: 'page',
  })
})

test('every fault is reported at once, by the name of its variable', () => {
  const faults = faultsOf({
    ...auth0,
    PORT: 'eighty',
    DATABASE_URL: 'mysql://x',
    AUTH0_DOMAIN: 'https://a.auth0.com/',
    CLIENT_SECRET: '',
  })
  expect(faults.map((fault) => fault.variable).sort()).toEqual([
    'AUTH0_DOMAIN',
    'CLIENT_SECRET',
    'DATABASE_URL',
    'PORT',
  ])
  expect(faults.every((fault) => fault.mend.length > 0)).toBe(true)
})

test.each([
  ['https://example.eu.auth0.com', 'starts with a scheme'],
  ['example.eu.auth0.com/', 'ends with a slash'],
  ['example.eu.auth0.com/api', 'holds a path'],
  ['exa mple', 'is not a domain'],
])('AUTH0_DOMAIN=%s is refused: it %s', (domain, problem) => {
  const [fault, ...others] = faultsOf({ ...auth0, AUTH0_DOMAIN: domain })
  expect(others).toEqual([])
  expect(fault).toMatchObject({ variable: 'AUTH0_DOMAIN', problem: expect.stringContaining(problem) })
})

test('the Management API as AUTH0_AUDIENCE is called the mistake it is', () => {
  expect(faultsOf({ ...auth0, AUTH0_AUDIENCE: 'https://example.eu.auth0.com/api/v2/' })).toMatchObject([
    { variable: 'AUTH0_AUDIENCE', problem: expect.stringContaining('Management API') },
  ])
})

test('half of the Auth0 settings name the missing half', () => {
  expect(faultsOf({ CLIENT_ID: 'machine' }).map((fault) => fault.variable)).toEqual([
    'AUTH0_DOMAIN',
    'AUTH0_AUDIENCE',
    'CLIENT_SECRET',
    'AUTH0_SPA_CLIENT_ID',
  ])
})

test('a file of fields is read, and every fault in it is told with the others', () => {
  const path = join(folder, 'fields.json')
  const plan = { name: 'plan', label: 'Plan', path: 'app_metadata.plan', type: 'text' }
  writeFileSync(path, JSON.stringify([plan]))
  expect(readConfig({ ROLLCALL_FIELDS_FILE: 'fields.json' }, folder).fields).toEqual([plan])
  writeFileSync(path, JSON.stringify([{ ...plan, type: 'colour' }, plan, { ...plan, label: '' }]))
  const faults = faultsOf({ ROLLCALL_FIELDS_FILE: 'fields.json', PORT: 'x' })
  expect(faults?.map(({ variable }) => variable)).toEqual(['PORT', 'ROLLCALL_FIELDS_FILE', 'ROLLCALL_FIELDS_FILE'])
  expect(faults?.[1]?.problem).toContain('fields[0].type')
  writeFileSync(path, '[{')
  expect(faultsOf({ ROLLCALL_FIELDS_FILE: path })).toMatchObject([{ variable: 'ROLLCALL_FIELDS_FILE', mend: expect.stringContaining('JSON') }]) // prettier-ignore
  expect(faultsOf({ ROLLCALL_FIELDS_FILE: 'nowhere.json' })).toMatchObject([{ variable: 'ROLLCALL_FIELDS_FILE' }])
})

test('domains of throw-away addresses come from a file, and every fault of it is told with its place', () => {
  const path = join(folder, 'domains.json')
  const file = { ROLLCALL_DISPOSABLE_DOMAINS_FILE: 'domains.json' }
  expect(readConfig({}, folder).disposableDomains).toEqual({})
  writeFileSync(path, JSON.stringify({ more: ['trash.example'] }))
  expect(readConfig(file, folder).disposableDomains).toEqual({ more: ['trash.example'] })
  writeFileSync(path, JSON.stringify({ more: ['trash.example', 'no domain'], also: [] }))
  const problems = faultsOf(file)?.map(({ problem }) => problem)
  expect(problems).toEqual([expect.stringMatching(/“domains\.json”: more\[1\]: Expected a domain/), expect.stringContaining('also')]) // prettier-ignore
  writeFileSync(path, '{')
  expect(faultsOf(file)).toMatchObject([{ variable: 'ROLLCALL_DISPOSABLE_DOMAINS_FILE', mend: expect.stringContaining('JSON') }]) // prettier-ignore
})

test('one port cannot serve both', () => {
  expect(faultsOf({ PORT: '9000', TENANT_PORT: '9000' })).toMatchObject([{ variable: 'TENANT_PORT' }])
})

test('a secret is never part of what is said', () => {
  const secrets = { CLIENT_SECRET: 'very-secret-value', RECYCLE_BIN_KEY: 'very-secret-value' }
  const faults = faultsOf({ ...auth0, AUTH0_DOMAIN: 'https://x', ...secrets })
  expect(faults.map(({ variable }) => variable)).toContain('RECYCLE_BIN_KEY')
  expect(JSON.stringify(faults)).not.toContain('very-secret-value')
})
