import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import type { Program } from './program.ts'

/**
 * The PostgreSQL that a program works with: the configured one, or the embedded one in its data folder.
 * @returns its URL
 */
export async function startDatabase({ config, dataFolder, say, onClose }: Program): Promise<string> {
  if (config.databaseUrl !== undefined) return config.databaseUrl
  const startedAt = performance.now()
  const postgres = await startEmbeddedPostgres({ dataDirectory: dataFolder.file('postgres') })
  onClose(() => postgres.stop())
  say(`PostgreSQL: running (${Math.round(performance.now() - startedAt)} ms)`)
  return postgres.url
}
