import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chmod } from 'node:fs/promises'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    databaseServerUrl: string
  }
}

/** One PostgreSQL for the whole run, gone with it. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-test-postgres-'))
  await chmod(folder, 0o711) // under root, PostgreSQL runs as another user, who must get through
  const server = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres'), isDurable: false })
  project.provide('databaseServerUrl', server.url)
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}
