import { withIdentityTokens } from './identities/identity-tokens.ts'
import { sql } from '@rollcall/database'
import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { aboutRequest } from '../logs/about-request.ts'
import { hasScope, callerOf, requireScope, requireScopeOn } from '../management/authorize.ts'
import { ManagementError } from '../management/management-error.ts'
import { PagingQuery, paged, pagedJson, pick, pagingQuery } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { readPermissions, requirePermissions } from '../resource-servers/permissions.ts'
import { toAudience } from '../resource-servers/resource-servers.store.ts'
import { originOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createUser } from './create-user.ts'
import { deleteUsers } from './delete-users.ts'
import { getUser, userMissing } from './get-user.ts'
import { ListUsersQuery, listUsers } from './list-users.ts'
import { presentUser } from './present-user.ts'
import { updateUser } from './update-user.ts'
import { CreateUserBody, UpdateUserBody } from './user-input.ts'
import { holdingsOf } from './user-permissions.store.ts'
import { findUser, selectUsers } from './users.store.ts'

const UserId = z
  .string()
  .max(320)
  .regex(/^[^|\s]+\|.+$/)
const FieldsQuery = z.looseObject({ fields: pagingQuery.fields, include_fields: pagingQuery.include_fields })
const RolesBody = z.strictObject({
  roles: z.array(z.string().min(1).max(64)).min(1).max(50).describe('List of roles IDs to associate with the user.'),
})

/** Everything under `/users` and `/users-by-email`. */
export function usersRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const requireUser = async (userId: string) => {
    const user = await findUser(db, userId)
    if (!user) throw userMissing()
    return user
  }
  const requireRoles = async (ids: string[]) => {
    const known = await db.selectFrom('roles').select('id').where('id', 'in', ids).execute()
    if (known.length < new Set(ids).size) throw new ManagementError(404, 'The role does not exist.')
    return known
  }
  const idOf = (params: { id: string }) => validate(z.object({ id: UserId }), params, 'path').id

  router.get('/users', async (req, res) => {
    requireScope(req, 'read:users')
    const query = validate(ListUsersQuery, req.query, 'query')
    const { users: items, length, total } = await listUsers(context, query)
    res.type('json').send(pagedJson(query, { name: 'users', items, length, total }))
  })

  router.post('/users', async (req, res) => {
    requireScope(req, 'create:users')
    const body = validate(CreateUserBody, req.body, 'body')
    const user = await createUser(context, body, originOf(context, req))
    if (user.user_id.startsWith('auth0|')) logCreation(context, req, body, user.user_id)
    res.status(201).json(user)
  })

  router.get('/users-by-email', async (req, res) => {
    requireScope(req, 'read:users')
    const { email, fields, include_fields } = validate(
      z.looseObject({ email: z.string().min(1).max(320), ...FieldsQuery.shape }),
      req.query,
      'query',
    )
    const users = await selectUsers(
      db,
      sql`SELECT user_id, row_number() OVER (ORDER BY created_at, user_id) AS place FROM users WHERE lower(email) = ${email.toLowerCase()}`,
    )
    const origin = context.origins()[0] ?? ''
    res.json(users.map((user) => pick(presentUser(user, origin), fields, include_fields)))
  })

  router.get('/users/:id', async (req, res) => {
    requireScopeOn(req, { userId: idOf(req.params), anyOf: ['read:users'], own: ['read:current_user'] })
    const { fields, include_fields } = validate(FieldsQuery, req.query, 'query')
    const user = await getUser(context, idOf(req.params))
    const shown = hasScope(req, 'read:user_idp_tokens') ? await withIdentityTokens(context, user) : user
    res.json(pick(shown, fields, include_fields))
  })

  router.patch('/users/:id', async (req, res) => {
    const body = validate(UpdateUserBody, req.body, 'body')
    const isOnly = (member: string) => Object.keys(body).every((key) => key === member)
    requireScopeOn(req, {
      userId: idOf(req.params),
      anyOf: ['update:users', ...(isOnly('app_metadata') ? ['update:users_app_metadata'] : [])],
      // Of themself people may change what is theirs to say.
      own: isOnly('user_metadata') ? ['update:current_user_metadata'] : [],
    })
    res.json(await updateUser(context, idOf(req.params), body, originOf(context, req)))
  })

  router.delete('/users/:id', async (req, res) => {
    requireScope(req, 'delete:users')
    await deleteUsers(context, { userId: idOf(req.params) }, aboutRequest(req))
    res.status(204).end() // also when there was none
  })

  router.get('/users/:id/roles', async (req, res) => {
    requireScope(req, 'read:users')
    requireScope(req, 'read:roles')
    const query = validate(PagingQuery, req.query, 'query')
    const { user_id: userId } = await requireUser(idOf(req.params))
    const roles = await db
      .selectFrom('user_roles')
      .innerJoin('roles', 'roles.id', 'user_roles.role_id')
      .select(['roles.id', 'roles.name', 'roles.description'])
      .where('user_roles.user_id', '=', userId)
      .orderBy('roles.name')
      .execute()
    const from = query.page * query.per_page
    res.json(paged(query, { name: 'roles', items: roles.slice(from, from + query.per_page), total: roles.length }))
  })

  router.post('/users/:id/roles', async (req, res) => {
    requireScope(req, 'update:users', 'create:role_members')
    const { roles } = validate(RolesBody, req.body, 'body')
    const { user_id: userId } = await requireUser(idOf(req.params))
    const known = await requireRoles(roles)
    await db
      .insertInto('user_roles')
      .values(known.map(({ id }) => ({ user_id: userId, role_id: id, assigned_at: now() })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.status(204).end()
  })

  router.delete('/users/:id/roles', async (req, res) => {
    requireScope(req, 'update:users', 'delete:role_members')
    const { roles } = validate(RolesBody, req.body, 'body')
    await requireRoles(roles)
    await db.deleteFrom('user_roles').where('user_id', '=', idOf(req.params)).where('role_id', 'in', roles).execute()
    res.status(204).end()
  })

  router.get('/users/:id/permissions', async (req, res) => {
    requireScope(req, 'read:users')
    const query = validate(PagingQuery, req.query, 'query')
    const { user_id: userId } = await requireUser(idOf(req.params))
    const all = await holdingsOf(db, userId)
    const origin = originOf(context, req)
    const from = query.page * query.per_page
    const items = all
      .slice(from, from + query.per_page)
      .map((item) => ({ ...item, resource_server_identifier: toAudience(origin, item.resource_server_identifier) }))
    res.json(paged(query, { name: 'permissions', items, total: all.length }))
  })

  router.post('/users/:id/permissions', async (req, res) => {
    requireScope(req, 'update:users')
    const permissions = readPermissions(context, req.body)
    const { user_id: userId } = await requireUser(idOf(req.params))
    await requirePermissions(context, permissions)
    await db
      .insertInto('user_permissions')
      .values(permissions.map((permission) => ({ user_id: userId, ...permission })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.status(201).json({})
  })

  router.delete('/users/:id/permissions', async (req, res) => {
    requireScope(req, 'update:users')
    const permissions = readPermissions(context, req.body)
    const userId = idOf(req.params)
    for (const { resource_server_identifier, permission_name } of permissions) {
      await db
        .deleteFrom('user_permissions')
        .where('user_id', '=', userId)
        .where('resource_server_identifier', '=', resource_server_identifier)
        .where('permission_name', '=', permission_name)
        .execute()
    }
    res.status(204).end()
  })
  return router
}

/** Auth0 tells of a new account in a database whoever opened it, and that nobody signed up. */
function logCreation(
  { logs }: TenantContext,
  req: Request,
  { connection, email, username }: CreateUserBody,
  userId: string,
): void {
  logs.write({
    ...aboutRequest(req),
    type: 'ss',
    client_id: callerOf(req).clientId,
    connection,
    strategy: 'auth0',
    strategy_type: 'database',
    user_id: userId,
    user_name: email ?? username,
    details: { body: { connection, email, username, is_signup: false } },
  })
}
