import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

const program = createRequire(import.meta.url).resolve('auth0-deploy-cli')
const inAHurry = new URL('../testing/deploy-cli-in-a-hurry.mjs', import.meta.url).pathname

/** What an export of a whole tenant holds, as far as this test touches it. */
interface Exported extends Record<string, unknown> {
  tenant: Record<string, unknown>
  branding: { colors: Record<string, string> }
  roles: Record<string, unknown>[]
  resourceServers: Record<string, unknown>[]
  clients: Record<string, unknown>[]
  clientGrants: Record<string, unknown>[]
  databases: { name: string; enabled_clients: string[]; options: Record<string, unknown> }[]
  organizations: Record<string, unknown>[]
  guardianFactors: { name: string; enabled: boolean }[]
  attackProtection: { bruteForceProtection: Record<string, unknown> }
}

let tenant: TestTenant
let folder: string
beforeAll(async () => {
  tenant = await startTestTenant()
  folder = await mkdtemp(join(tmpdir(), 'rollcall-deploy-cli-'))
  await writeFile(join(folder, 'ca.pem'), tenant.ca)
})
afterAll(async () => {
  await tenant.close()
  await rm(folder, { recursive: true })
})

/** Runs the tool as its users do, with nothing excluded, but for what takes it long. */
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', inAHurry, program, ...args], {
    cwd: folder,
    timeout: 150_000,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      AUTH0_DOMAIN: tenant.domain,
      AUTH0_CLIENT_ID: tenant.m2m.clientId,
      AUTH0_CLIENT_SECRET: tenant.m2m.clientSecret,
      AUTH0_ALLOW_DELETE: 'false',
    },
  })

async function exportTo(name: string): Promise<Exported> {
  await run('export', '--format', 'yaml', '--output_folder', join(folder, name))
  return parse(await readFile(join(folder, name, 'tenant.yaml'), 'utf8')) as Exported
}

test('auth0-deploy-cli exports the whole tenant, imports what was changed in it, and exports the same again', { timeout: 300_000 }, async () => {
  const before = await exportTo('first')
  expect(before.databases.map(({ name }) => name)).toEqual(['Username-Password-Authentication'])

  const wanted = structuredClone(before)
  wanted.tenant.friendly_name = 'Changed'
  wanted.branding.colors.primary = '#ff0000'
  wanted.resourceServers.push({ name: 'Things', identifier: 'https://things.example/', scopes: [{ value: 'read:things', description: 'Read things' }], signing_alg: 'RS256' })
  wanted.roles.push({ name: 'Editor', description: 'Edits', permissions: [{ permission_name: 'read:things', resource_server_identifier: 'https://things.example/' }] })
  wanted.clients.push({ name: 'Things app', app_type: 'regular_web', callbacks: ['https://things.example/cb'] })
  wanted.clientGrants.push({ client_id: 'Things app', audience: 'https://things.example/', scope: ['read:things'] })
  wanted.databases.push({ name: 'Second', enabled_clients: ['Things app'], options: {}, strategy: 'auth0' } as Exported['databases'][number])
  wanted.organizations.push({ name: 'acme', display_name: 'Acme', connections: [{ name: 'Second', assign_membership_on_login: true }] })
  wanted.attackProtection.bruteForceProtection.max_attempts = 5
  for (const factor of wanted.guardianFactors) if (factor.name === 'otp') factor.enabled = true
  await writeFile(join(folder, 'first', 'tenant.yaml'), stringify(wanted))
  await run('import', '--input_file', join(folder, 'first', 'tenant.yaml'))

  const after = await exportTo('second')
  expect(after).toMatchObject({
    tenant: { friendly_name: 'Changed' },
    branding: { colors: { primary: '#ff0000' } },
    attackProtection: { bruteForceProtection: { max_attempts: 5 } },
  })
  const named = (list: Record<string, unknown>[], name: string) => list.find((item) => item.name === name)
  expect(named(after.roles, 'Editor')).toMatchObject({ description: 'Edits', permissions: [{ permission_name: 'read:things' }] })
  expect(named(after.resourceServers, 'Things')).toMatchObject({ scopes: [{ value: 'read:things', description: 'Read things' }] })
  expect(named(after.clients, 'Things app')).toMatchObject({ callbacks: ['https://things.example/cb'] })
  expect(after.clientGrants).toContainEqual(expect.objectContaining({ client_id: 'Things app', scope: ['read:things'] }))
  expect(named(after.databases as never, 'Second')).toMatchObject({ enabled_clients: ['Things app'] })
  expect(named(after.organizations, 'acme')).toMatchObject({ display_name: 'Acme', connections: [{ name: 'Second', assign_membership_on_login: true }] })
  expect(after.guardianFactors).toContainEqual({ name: 'otp', enabled: true })
  // What nobody touched is as it was.
  const untouched = (state: Exported) => Object.keys(state).filter((part) => JSON.stringify(state[part]) === JSON.stringify(before[part]))
  expect(untouched(after).sort()).toEqual(untouched(wanted).sort())
}) // prettier-ignore
