import { findConnection } from '../connections/connections.store.ts'
import type { LogEvent } from '../logs/log-event.ts'
import type { TenantContext } from '../tenant-context.ts'

/** One by their id, or whoever has an e-mail address at a connection. */
export type Whom = { userId: string } | { connection: string; email: string }

/** Deletes users with all that hangs on them (identities, roles, sessions, refresh tokens), and leaves Auth0's entry for each. */
export async function deleteUsers(
  { db, logs }: Pick<TenantContext, 'db' | 'logs'>,
  whom: Whom,
  about: Pick<LogEvent, 'ip' | 'user_agent'>,
): Promise<void> {
  const users = await db
    .deleteFrom('users')
    .where(
      (row) =>
      'userId' in whom
        ? row('user_id', '=', whom.userId)
        : row.and([row('connection', '=', whom.connection), row(row.fn<string>('lower', ['email']), '=', whom.email.toLowerCase())]), // prettier-ignore
    )
    .returning(['user_id', 'email', 'connection'])
    .execute()
  for (const { user_id: userId, email, connection: name } of users) {
    const connection = await findConnection(db, name)
    logs.write({
      ...about,
      type: 'sdu',
      description: `user_id: ${userId.slice(userId.indexOf('|') + 1)}`,
      connection: name,
      connection_id: connection?.id,
      strategy: connection?.strategy,
      user_id: userId,
      user_name: email ?? undefined,
    })
  }
}
