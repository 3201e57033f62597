import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { avatarPath } from './picture.ts'

const moment = (column: string) => sql`to_char(u.${sql.id(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/**
 * A whole user as Auth0 shows them, made by PostgreSQL: an expression over `users u`. The same members as `presentUser`; a test holds the two
 * against each other.
 */
export function userJson(origin: string): RawBuilder<unknown> {
  return sql`(
    jsonb_strip_nulls(jsonb_build_object(
      'user_id', u.user_id, 'email', u.email, 'email_verified', CASE WHEN u.email IS NOT NULL THEN u.email_verified END,
      'username', u.username, 'phone_number', u.phone_number, 'phone_verified', u.phone_verified, 'name', u.name, 'nickname', u.nickname,
      'given_name', u.given_name, 'family_name', u.family_name, 'blocked', u.blocked,
      'picture', CASE WHEN u.picture LIKE ${`${avatarPath}%`} THEN ${origin} || u.picture ELSE u.picture END,
      'created_at', ${moment('created_at')}, 'updated_at', ${moment('updated_at')}, 'last_login', ${moment('last_login')},
      'last_ip', u.last_ip, 'logins_count', nullif(u.logins_count, 0), 'last_password_reset', ${moment('last_password_reset')},
      'multifactor', to_jsonb(u.multifactor), 'multifactor_last_modified', ${moment('multifactor_last_modified')}
    ))
    || CASE WHEN u.user_metadata IS NULL THEN '{}' ELSE jsonb_build_object('user_metadata', u.user_metadata) END
    || CASE WHEN u.app_metadata IS NULL THEN '{}' ELSE jsonb_build_object('app_metadata', u.app_metadata) END
    || jsonb_build_object('identities', (
      SELECT jsonb_agg(jsonb_build_object('connection', i.connection, 'user_id', i.identity_id, 'provider', i.provider, 'isSocial', i.is_social)
        || CASE WHEN i.profile_data IS NULL THEN '{}' ELSE jsonb_build_object('profileData', i.profile_data) END ORDER BY i.position)
      FROM identities i WHERE i.user_id = u.user_id))
  )`
}
