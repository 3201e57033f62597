import { Router } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { prefixedId } from '../ids.ts'
import { callerOf, hasScope, requireScope } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { PagingQuery, pagedOf } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'

const CreateBody = z.strictObject({
  device_name: z.string().min(1).max(200).describe('Name for this device easily recognized by owner.'),
  type: z.enum(['public_key']).describe('Type of credential. Must be `public_key`.'),
  value: z.string().min(1).max(8192).describe('Base64 encoded string containing the credential.'),
  device_id: z.string().min(1).max(200).describe('Unique identifier for the device. Recommend using <a href="https://developer.android.com/reference/android/provider/Settings.Secure.html#ANDROID_ID">Android_ID</a> on Android.'),
  client_id: z.string().max(128).optional().describe('client_id of the client (application) this credential is for.'),
}) // prettier-ignore
const ListQuery = z.object({
  ...PagingQuery.shape,
  user_id: z.string().max(320).optional(),
  client_id: z.string().max(128).optional(),
  type: z.enum(['public_key', 'refresh_token', 'rotating_refresh_token']).optional(),
})

/** Public keys of people's devices. A person adds their own; administrators see and remove them. */
export function deviceCredentialsRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()

  router.get('/device-credentials', async (req, res) => {
    requireScope(req, 'read:device_credentials')
    const query = validate(ListQuery, req.query, 'query')
    const rows = await db
      .selectFrom('device_credentials')
      .selectAll()
      .$if(query.user_id !== undefined, (some) => some.where('user_id', '=', query.user_id ?? ''))
      .$if(query.client_id !== undefined, (some) => some.where('client_id', '=', query.client_id ?? ''))
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    const all = rows
      .map(({ id, user_id, client_id, settings }) => ({ id, ...settings, user_id, client_id }))
      .filter(() => query.type === undefined || query.type === 'public_key')
    res.json(pagedOf(query, { name: 'device_credentials', all }))
  })

  router.post('/device-credentials', async (req, res) => {
    requireScope(req, 'create:current_user_device_credentials')
    const { client_id: given, value, ...settings } = validate(CreateBody, req.body, 'body')
    const { subject, clientId } = callerOf(req)
    const client = await findClient(db, given ?? clientId)
    if (!client) throw new ManagementError(404, 'The client does not exist', 'inexistent_client')
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', subject).executeTakeFirst()
    if (!user) throw new ManagementError(401, 'Invalid token')
    const existing = await db
      .selectFrom('device_credentials')
      .select(['id', 'settings'])
      .where('user_id', '=', subject)
      .where('client_id', '=', client.clientId)
      .execute()
    if (existing.some((row) => row.settings.device_id === settings.device_id))
      throw new ManagementError(409, 'A public key already exists for the device.', 'device_conflict')
    const id = prefixedId('dcr')
    await db
      .insertInto('device_credentials')
      .values({
        id,
        user_id: subject,
        client_id: client.clientId,
        settings: JSON.stringify({ ...settings, value }),
        created_at: now(),
      })
      .execute()
    res.status(201).json({ id })
  })

  router.delete('/device-credentials/:id', async (req, res) => {
    requireScope(req, 'delete:device_credentials', 'delete:current_user_device_credentials')
    const isOwnOnly = !hasScope(req, 'delete:device_credentials')
    await db
      .deleteFrom('device_credentials')
      .where('id', '=', req.params.id)
      .$if(isOwnOnly, (some) => some.where('user_id', '=', callerOf(req).subject))
      .execute()
    res.status(204).end()
  })
  return router
}
