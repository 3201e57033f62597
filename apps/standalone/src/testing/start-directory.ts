import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder } from '@rollcall/data-folder'
import { openDatabase, type Kysely } from '@rollcall/database'
import { createLogger } from '@rollcall/http-kit'
import { createDirectory, openStore, type Directory, type DirectoryOptions, type Store } from '@rollcall/server'
import { migrateTenant, startLocalTenant, type LocalTenant } from '@rollcall/tenant'
import { createTenantClient, type TenantClient } from '@rollcall/tenant-client'
import { testDatabase } from '@rollcall/test-kit'
import { makePasswordClient, manages, sendForm, signIn, type Manage } from './manage.ts'

export type Carry = (url: string, ask: () => Promise<Response>) => Promise<Response>

export interface TestDirectories {
  tenant: LocalTenant
  databaseUrl: string
  manage: Manage
  /** Sends a form to the Management API. */
  send(path: string, form: FormData): Promise<Response>
  /** Signs in by the password grant. @returns the status */
  passwordGrant(person: { username: string; password: string }): Promise<number>
  store: Store
  /** The tables of both, by the role that owns them: the server's own cannot read the tenant's. */
  bothSides: Kysely<never>
  client: TenantClient
  /** A client whose every exchange goes through the hands of the test. */
  clientThrough(carry: Carry): TenantClient
  /** Another server's on the same database, not started. */
  directory(options?: Partial<DirectoryOptions>): Directory
  /** All that were made. */
  directories: Directory[]
  close(): Promise<void>
}

/** The local tenant, and directories of it, on a database of the test's own. */
export async function startDirectories({ demoUsers = 0 } = {}): Promise<TestDirectories> {
  const logger = createLogger({ level: 'silent' })
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-directory-'))
  const dataFolder = await openDataFolder(folder)
  const databaseUrl = await testDatabase({ name: 'tenant', prepare: migrateTenant })
  const tenant = await startLocalTenant({
    dataFolder,
    port: 0,
    databaseUrl,
    applicationUrls: [],
    demoUsers,
    logger,
    onProgress: () => undefined,
  })
  const signInClient = await makePasswordClient(manages(tenant))
  const client = createTenantClient({ domain: tenant.url, ...tenant.credentials.m2m })
  const store = await openStore(databaseUrl)
  const owner = openDatabase<never>({ url: databaseUrl, schema: 'rollcall', poolSize: 2 })
  const directories: Directory[] = []
  const clients = [client]
  return {
    tenant,
    databaseUrl,
    manage: manages(tenant),
    send: (path, form) => sendForm(tenant, path, form),
    passwordGrant: async (person) => (await signIn(tenant.url, signInClient, person)).status,
    store,
    bothSides: owner.db,
    directories,
    client,
    clientThrough(carry) {
      const made = createTenantClient({
        domain: tenant.url,
        ...tenant.credentials.m2m,
        fetch: (input, init) => carry(String(input instanceof Request ? input.url : input), () => fetch(input, init)),
      })
      clients.push(made)
      return made
    },
    directory(options = {}) {
      const made = createDirectory({ store, tenant: client, logger, followIntervalMs: 100, ...options })
      directories.push(made)
      return made
    },
    close: async () => {
      await Promise.all(directories.map((directory) => directory.close()))
      await store.close()
      await owner.close()
      for (const one of clients) await one.close()
      await tenant.close()
      await dataFolder.release()
      await rm(folder, { recursive: true })
    },
  }
}
