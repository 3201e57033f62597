import { transaction } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { requireScope, requireScopeOn } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { PagingQuery } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { JsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { userMissing } from '../users/get-user.ts'
import { addMethod, listMethods, removeMethods, renewRecoveryCode } from './authentication-methods.store.ts'
import type { AuthenticationMethod } from './authentication-methods.store.ts'

const name = z
  .string()
  .min(1)
  .max(20)
  .optional()
  .describe('A human-readable label to identify the authentication method.')
const base32 = z.string().regex(/^[A-Z2-7]{16,128}$/).describe('Base32 encoded secret for TOTP generation.') // prettier-ignore
const phone = z.string().regex(/^\+[0-9]{1,29}$/).describe('Applies to phone authentication methods only. The destination phone number used to send verification codes via text and voice.') // prettier-ignore
const preferred = z.enum(['voice', 'sms']).optional()
const NewMethod = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('totp'), name, totp_secret: base32 }),
  z.strictObject({ type: z.literal('phone'), name, phone_number: phone, preferred_authentication_method: preferred }),
  z.strictObject({ type: z.literal('email'), name, email: z.email().max(320) }),
  z.looseObject({ type: z.literal('webauthn-roaming'), name, key_id: z.string(), public_key: z.string() }),
  z.looseObject({ type: z.literal('passkey'), name, key_id: z.string(), public_key: z.string() }),
])
type NewMethod = z.infer<typeof NewMethod>
const UpdateBody = z.strictObject({ name, preferred_authentication_method: preferred })

const methodMissing = () =>
  new ManagementError(404, 'The authentication method could not be found.', 'inexistent_authentication_method')

/** What is left to be recognized, and no more. */
const maskPhone = (number: string) => `${'X'.repeat(Math.max(0, number.length - 4))}${number.slice(-4)}`
const maskEmail = (email: string) => email.replace(/^(.{1,2})[^@]*/, '$1****')

const present = (method: AuthenticationMethod) => {
  const { phone_number: number, email, ...settings } = method.settings
  return {
    id: method.id,
    type: method.type,
    confirmed: method.confirmed,
    ...(method.name !== null && { name: method.name }),
    ...settings,
    ...(typeof number === 'string' && { phone_number: maskPhone(number) }),
    ...(typeof email === 'string' && { email: maskEmail(email) }),
    created_at: method.created_at.toISOString(),
    ...(method.enrolled_at && { enrolled_at: method.enrolled_at.toISOString() }),
    ...(method.last_auth_at && { last_auth_at: method.last_auth_at.toISOString() }),
  }
}

/** Second factors of a user: seen, added and taken away by administrators. A secret that was set is never shown again. */
export function authenticationMethodsRoutes(context: TenantContext): Router {
  const { db, now, logs } = context
  const router = Router()
  const requireUser = async (userId: string) => {
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', userId).executeTakeFirst()
    if (!user) throw userMissing()
    return user.user_id
  }
  const add = (userId: string, { type, name: label, ...given }: NewMethod, source = context) => {
    const { totp_secret: secret, ...settings } = given as Record<string, unknown>
    return addMethod(source, {
      userId,
      type,
      name: label,
      confirmed: true,
      secret: typeof secret === 'string' ? secret : undefined,
      settings: settings as JsonObject, // it came in as JSON
    })
  }
  const path = '/users/:id/authentication-methods' as const

  router.get(path, async (req, res) => {
    requireScope(req, 'read:authentication_methods')
    const { page, per_page: limit, include_totals: hasTotals } = validate(PagingQuery, req.query, 'query')
    const all = (await listMethods(db, await requireUser(req.params.id))).map(present)
    const authenticators = all.slice(page * limit, (page + 1) * limit)
    if (!hasTotals) return void res.json(authenticators)
    // Of an empty list Auth0 says no total.
    res.json({ authenticators, ...(all.length > 0 && { total: all.length }), start: page * limit, limit })
  })

  router.post(path, async (req, res) => {
    requireScope(req, 'create:authentication_methods')
    const body = validate(NewMethod, req.body, 'body')
    const userId = await requireUser(req.params.id)
    const existing = await listMethods(db, userId)
    if (body.type === 'totp' && existing.some(({ type }) => type === 'totp'))
      throw new ManagementError(409, 'Authentication method already exists.', 'authentication_method_conflict')
    res.status(201).json(present(await add(userId, body)))
  })

  router.put(path, async (req, res) => {
    requireScope(req, 'update:authentication_methods')
    const methods = validate(z.array(NewMethod).max(20), req.body, 'body')
    const userId = await requireUser(req.params.id)
    const rows = await transaction(db, async (trx) => {
      await removeMethods({ db: trx, now }, { userId })
      const made = []
      for (const method of methods) made.push(await add(userId, method, { ...context, db: trx }))
      return made
    })
    res.json(rows.map(present))
  })

  router.delete(path, async (req, res) => {
    requireScope(req, 'delete:authentication_methods')
    await removeMethods(context, { userId: await requireUser(req.params.id) })
    res.status(204).end()
  })

  const find = async (userId: string, id: string) => {
    const method = (await listMethods(db, await requireUser(userId))).find((one) => one.id === id)
    if (!method) throw methodMissing()
    return method
  }

  router.get(`${path}/:method`, async (req, res) => {
    requireScope(req, 'read:authentication_methods')
    res.json(present(await find(req.params.id, req.params.method)))
  })

  router.patch(`${path}/:method`, async (req, res) => {
    requireScope(req, 'update:authentication_methods')
    const { name: label, preferred_authentication_method: way } = validate(UpdateBody, req.body, 'body')
    const before = await find(req.params.id, req.params.method)
    await db
      .updateTable('authentication_methods')
      .set({
        name: label ?? before.name,
        settings: JSON.stringify({ ...before.settings, ...(way && { preferred_authentication_method: way }) }),
      })
      .where('id', '=', before.id)
      .execute()
    res.json(present(await find(req.params.id, req.params.method)))
  })

  router.delete(`${path}/:method`, async (req, res) => {
    requireScope(req, 'delete:authentication_methods')
    const { id } = await find(req.params.id, req.params.method)
    await removeMethods(context, { userId: req.params.id, id })
    res.status(204).end()
  })

  router.delete('/users/:id/authenticators', async (req, res) => {
    requireScope(req, 'delete:guardian_enrollments')
    await removeMethods(context, { userId: await requireUser(req.params.id) })
    res.status(204).end()
  })

  router.delete('/users/:id/multifactor/:provider', async (req, res) => {
    requireScope(req, 'update:users')
    const { provider } = req.params
    if (!['duo', 'google-authenticator', 'guardian'].includes(provider))
      throw badRequest(`Path validation error: 'No enum match for: ${provider}' on property provider (The multi-factor provider. Supported values 'duo' or 'google-authenticator').`, 'invalid_uri') // prettier-ignore
    const userId = await requireUser(req.params.id)
    if ((await removeMethods(context, { userId })) > 0) logs.write({ type: 'gd_unenroll', user_id: userId })
    res.status(204).end()
  })

  // No browser is remembered here: every sign-in that needs a second factor asks for it.
  router.post('/users/:id/multifactor/actions/invalidate-remember-browser', async (req, res) => {
    requireScope(req, 'update:users')
    await requireUser(req.params.id)
    res.status(204).end()
  })

  router.post('/users/:id/recovery-code-regeneration', async (req, res) => {
    requireScope(req, 'update:users')
    const userId = await requireUser(req.params.id)
    const methods = await listMethods(db, userId)
    if (methods.length === 0) throw new ManagementError(404, 'Enrollment not found', 'enrollment_not_found')
    res.json({ recovery_code: await renewRecoveryCode(context, userId) })
  })

  const enrollment = (method: AuthenticationMethod) => ({
    id: method.id,
    status: method.confirmed ? 'confirmed' : 'pending',
    type: method.type === 'totp' ? 'authenticator' : method.type,
    ...(method.name !== null && { name: method.name }),
    auth_method: method.type === 'totp' ? 'authenticator' : method.type === 'phone' ? 'sms' : method.type,
    ...(typeof method.settings.phone_number === 'string' && { phone_number: maskPhone(method.settings.phone_number) }),
    ...(method.enrolled_at && { enrolled_at: method.enrolled_at.toISOString() }),
    ...(method.last_auth_at && { last_auth: method.last_auth_at.toISOString() }),
  })

  router.get('/users/:id/enrollments', async (req, res) => {
    const userId = req.params.id
    requireScopeOn(req, { userId, anyOf: ['read:users'], own: ['read:current_user'] })
    const methods = await listMethods(db, await requireUser(userId))
    res.json(methods.filter(({ type }) => type !== 'recovery-code').map(enrollment))
  })

  router.get('/guardian/enrollments/:id', async (req, res) => {
    requireScope(req, 'read:guardian_enrollments')
    const row = await db.selectFrom('authentication_methods').selectAll().where('id', '=', req.params.id).executeTakeFirst() // prettier-ignore
    if (!row) throw new ManagementError(404, 'Enrollment not found', 'enrollment_not_found')
    res.json(enrollment(row))
  })

  router.delete('/guardian/enrollments/:id', async (req, res) => {
    requireScope(req, 'delete:guardian_enrollments')
    const row = await db.selectFrom('authentication_methods').select(['id', 'user_id']).where('id', '=', req.params.id).executeTakeFirst() // prettier-ignore
    if (!row) throw new ManagementError(404, 'Enrollment not found', 'enrollment_not_found')
    await removeMethods(context, { userId: row.user_id, id: row.id })
    logs.write({ type: 'gd_unenroll', user_id: row.user_id })
    res.status(204).end()
  })

  // What a local tenant has none of: accounts at other services, and their tokens.
  router.get('/users/:id/connected-accounts', async (req, res) => {
    requireScope(req, 'read:users')
    await requireUser(req.params.id)
    res.json({ connected_accounts: [] })
  })
  router.get('/users/:id/federated-connections-tokensets', async (req, res) => {
    requireScope(req, 'read:federated_connections_tokens')
    await requireUser(req.params.id)
    res.json([])
  })
  router.delete('/users/:id/federated-connections-tokensets/:tokenset', async (req, res) => {
    requireScope(req, 'delete:federated_connections_tokens')
    await requireUser(req.params.id)
    res.status(204).end()
  })
  router.post('/users/:id/risk-assessments/clear', async (req, res) => {
    requireScope(req, 'update:users')
    await requireUser(req.params.id)
    res.status(204).end()
  })
  return router
}
