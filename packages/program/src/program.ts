import { openDataFolder } from '@rollcall/data-folder'
import type { DataFolder } from '@rollcall/data-folder'
import { createLogger } from '@rollcall/http-kit'
import type { Logger } from '@rollcall/http-kit'
import { readConfig } from './config.ts'
import type { Config, ReadConfigOptions } from './config.ts'
import { untilToldToStop } from './lifetime.ts'
import { describeFailure } from './report-failure.ts'

/** What a program is given, and what it leaves to be undone. */
export interface Program {
  config: Config
  dataFolder: DataFolder
  logger: Logger
  say: (line: string) => void
  /** What was opened is closed in the opposite order, when the program ends or when its start fails. */
  onClose: (step: () => Promise<void>) => void
}

/**
 * Runs one of our programs from its configuration to its end: reads the settings, takes the data folder, starts, waits, and closes what was
 * opened. A start that fails says why in sentences, and leaves nothing running.
 */
export async function runProgram(
  start: (program: Program) => Promise<void>,
  options: ReadConfigOptions = {},
): Promise<void> {
  const steps: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of steps.splice(0).reverse()) await step()
  }
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const told = untilToldToStop()
  let config: Config | undefined
  try {
    config = readConfig(process.env, process.cwd(), options)
    const dataFolder = await openDataFolder(config.dataFolder)
    steps.push(() => dataFolder.release())
    await start({
      config,
      dataFolder,
      logger: createLogger({ level: config.logLevel }),
      say,
      onClose: (step) => steps.push(step),
    })
  } catch (error) {
    process.stderr.write(
      `\n${describeFailure(error, { PORT: config?.port ?? 0, TENANT_PORT: config?.tenantPort ?? 0 })}\n`,
    )
    await close()
    process.exit(1)
  }
  await told
  say('Stopping')
  await close()
  process.exit(0)
}
