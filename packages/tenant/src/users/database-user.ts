import type { Kysely } from '@rollcall/database'
import { badRequest } from '../management/management-error.ts'
import type { TenantSchema } from '../schema.ts'
import { userMissing } from './get-user.ts'
import type { UserRow } from './users.store.ts'

/**
 * The user a link or a mail is for: one who has an account, with an e-mail address, in a database of ours.
 * @throws ManagementError 400, 404
 */
export async function databaseUserOf(
  db: Kysely<TenantSchema>,
  {
    userId,
    email,
    connectionId,
    identity,
  }: {
    userId?: string | undefined
    email?: string | undefined
    connectionId?: string | undefined
    identity?: { user_id: string; provider: string } | undefined
  },
): Promise<UserRow> {
  const connection =
    connectionId === undefined
      ? undefined
      : await db
          .selectFrom('connections')
          .select(['name', 'strategy'])
          .where('id', '=', connectionId)
          .executeTakeFirst()
  if (connectionId !== undefined && !connection)
    throw badRequest(`The connection with id ${connectionId} does not exist.`)
  if (email !== undefined && !connection)
    throw badRequest(`Payload validation error: 'Missing required property: connection_id'.`)
  const user = await db
    .selectFrom('users')
    .selectAll()
    .$if(userId !== undefined, (users) => users.where('user_id', '=', userId ?? ''))
    .$if(email !== undefined, (users) =>
      users
        .where((row) => row(row.fn<string>('lower', ['email']), '=', email?.toLowerCase() ?? ''))
        .where('connection', '=', connection?.name ?? ''),
    )
    .executeTakeFirst()
  if (!user) throw userMissing()
  const identities = await db
    .selectFrom('identities')
    .select(['provider', 'identity_id'])
    .where('user_id', '=', user.user_id)
    .execute()
  const isTheirs =
    identity === undefined ||
    identities.some((one) => one.provider === identity.provider && one.identity_id === identity.user_id)
  if (!isTheirs) throw badRequest('The user exists, but does not contain the given identity.')
  if ((identity?.provider ?? user.user_id.split('|')[0]) !== 'auth0')
    throw badRequest("The user's main connection does not support this operation.")
  if (user.email === null) throw badRequest('The user does not have an email address.')
  return user
}
