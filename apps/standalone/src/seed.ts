import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import { describeFailure, readConfig } from '@rollcall/program'
import { migrateTenant, seedUsers } from '@rollcall/tenant'

/** `npm run seed -- --users 1000000`: fills the local tenant, whether it is running or not. */
try {
  const config = readConfig(process.env, process.cwd(), { isTenantAlone: true })
  const { values } = parseArgs({ options: { users: { type: 'string', default: '1000' } } })
  const users = Number(values.users)
  if (!Number.isInteger(users) || users < 1 || users > 10_000_000) {
    throw new RangeError(`--users ${values.users} is not a number of users. Write a whole number from 1 to 10000000.`)
  }
  const postgres = config.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDirectory: join(config.dataFolder, 'postgres') })
  try {
    const databaseUrl = config.databaseUrl ?? postgres?.url ?? ''
    await migrateTenant(databaseUrl)
    const startedAt = performance.now()
    const added = await seedUsers({
      databaseUrl,
      users,
      now: new Date(),
      onProgress: ({ done, total, rowsPerSecond }) => {
        const left = Math.ceil((total - done) / rowsPerSecond)
        process.stdout.write(
          `${done.toLocaleString('en')} of ${total.toLocaleString('en')} users, ${rowsPerSecond.toLocaleString('en')} a second, ${left} s left\n`,
        )
      },
    })
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    process.stdout.write(
      added === 0
        ? `There are ${users.toLocaleString('en')} demo users already.\n`
        : `Added ${added.toLocaleString('en')} users in ${seconds} s.\n`,
    )
  } finally {
    await postgres?.stop()
  }
} catch (error) {
  const said = error instanceof RangeError ? error.message : describeFailure(error, {})
  process.stderr.write(`${said}\n`)
  process.exitCode = 1
}
