import { Router } from 'express'
import { z } from 'zod'
import { prefixedId } from '../ids.ts'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import {
  PagingQuery,
  CheckpointQuery,
  checkpointed,
  isByCheckpoint,
  paged,
  pagedOf,
  pagingQuery,
  readCheckpoint,
} from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import { findOrganization } from '../organizations/organizations.store.ts'
import { originOf } from '../request-origin.ts'
import { readPermissions, requirePermissions } from '../resource-servers/permissions.ts'
import { toAudience } from '../resource-servers/resource-servers.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { presentMember } from '../users/present-user.ts'

const RoleBody = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(28 * 4)
    .describe('Name of the role.'),
  description: z.string().max(255).optional().describe('Description of the role.'),
})
const CreateBody = z.strictObject({
  ...RoleBody.shape,
  type: z.enum(['tenant', 'organization']).default('tenant').describe('Type of the role.'),
  owner_id: z.string().max(64).optional().describe('ID of the organization that the role belongs to.'),
})
const ListRolesQuery = z.strictObject({
  ...pagingQuery,
  name_filter: z.string().max(200).optional(),
  type: z.enum(['tenant', 'organization']).optional(),
  owner_id: z.string().max(64).optional(),
})
const UsersBody = z.strictObject({ users: z.array(z.string().min(1).max(320)).min(1).max(1000) })

const roleMissing = () => new ManagementError(404, 'The role does not exist.')

interface RoleRow {
  id: string
  name: string
  description: string | null
  owner_id: string | null
}
/** Reading one back, Auth0 says '' where there is no description; creating one, null. */
const presentRole = ({ id, name, description, owner_id }: RoleRow) => ({
  id,
  name,
  description: description ?? '',
  type: owner_id === null ? 'tenant' : 'organization',
  ...(owner_id !== null && { owner_id }),
})

/** Everything under `/roles`: those of the tenant, and those that one organization keeps for itself. */
export function rolesRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const columns = ['id', 'name', 'description', 'owner_id'] as const
  const find = async (id: string) => {
    const role = await db.selectFrom('roles').select(columns).where('id', '=', id).executeTakeFirst()
    if (!role) throw roleMissing()
    return role
  }

  router.get('/roles', async (req, res) => {
    requireScope(req, 'read:roles')
    const query = validate(ListRolesQuery, req.query, 'query')
    const matching = db
      .selectFrom('roles')
      .$if(query.name_filter !== undefined, (roles) =>
        roles.where((row) =>
          row(row.fn<number>('strpos', [row.fn('lower', ['name']), row.val(query.name_filter?.toLowerCase())]), '>', 0),
        ),
      )
      .$if(query.type !== undefined, (roles) =>
        roles.where('owner_id', query.type === 'organization' ? 'is not' : 'is', null),
      )
      .$if(query.owner_id !== undefined, (roles) => roles.where('owner_id', '=', query.owner_id ?? ''))
    const { total } = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const items = await matching
      .select(columns)
      .orderBy('name')
      .limit(query.per_page)
      .offset(query.page * query.per_page)
      .execute()
    res.json(paged(query, { name: 'roles', items: items.map(presentRole), total }))
  })

  router.post('/roles', async (req, res) => {
    requireScope(req, 'create:roles')
    const { name, description, type, owner_id: owner } = validate(CreateBody, req.body, 'body')
    if ((type === 'organization') !== (owner !== undefined))
      throw badRequest("A role of type 'organization' needs an owner_id, and only such a role has one.")
    if (owner !== undefined) await findOrganization(db, owner)
    const role = await db
      .insertInto('roles')
      .values({
        id: prefixedId('rol'),
        name,
        description: description ?? null,
        owner_id: owner ?? null,
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning(columns)
      .executeTakeFirst()
    if (!role) throw new ManagementError(409, 'The role name is already used.', 'role_conflict')
    res.json({ ...presentRole(role), description: role.description })
  })

  router.get('/roles/:id', async (req, res) => {
    requireScope(req, 'read:roles')
    res.json(presentRole(await find(req.params.id)))
  })

  router.patch('/roles/:id', async (req, res) => {
    requireScope(req, 'update:roles')
    const body = validate(RoleBody.partial(), req.body, 'body')
    const { id } = await find(req.params.id)
    if (Object.keys(body).length > 0) await db.updateTable('roles').set(body).where('id', '=', id).execute()
    res.json(presentRole(await find(id)))
  })

  router.delete('/roles/:id', async (req, res) => {
    requireScope(req, 'delete:roles')
    const deleted = await db.deleteFrom('roles').where('id', '=', req.params.id).executeTakeFirst()
    if (deleted.numDeletedRows === 0n) throw roleMissing()
    res.json({})
  })

  router.get('/roles/:id/permissions', async (req, res) => {
    requireScope(req, 'read:roles')
    const query = validate(PagingQuery, req.query, 'query')
    const { id } = await find(req.params.id)
    const rows = await db
      .selectFrom('role_permissions')
      .innerJoin('resource_servers', 'resource_servers.identifier', 'role_permissions.resource_server_identifier')
      .select(['permission_name', 'resource_servers.name', 'resource_servers.identifier', 'resource_servers.scopes'])
      .where('role_id', '=', id)
      .orderBy('resource_servers.identifier')
      .orderBy('permission_name')
      .execute()
    const origin = originOf(context, req)
    const items = rows.map(({ permission_name, name, identifier, scopes }) => ({
      permission_name,
      description: scopes.find(({ value }) => value === permission_name)?.description ?? '',
      resource_server_name: name,
      resource_server_identifier: toAudience(origin, identifier),
    }))
    res.json(pagedOf(query, { name: 'permissions', all: items }))
  })

  router.post('/roles/:id/permissions', async (req, res) => {
    requireScope(req, 'update:roles')
    const permissions = readPermissions(context, req.body)
    const { id } = await find(req.params.id)
    await requirePermissions(context, permissions)
    await db
      .insertInto('role_permissions')
      .values(permissions.map((permission) => ({ role_id: id, ...permission })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.status(201).json({})
  })

  router.delete('/roles/:id/permissions', async (req, res) => {
    requireScope(req, 'update:roles')
    const permissions = readPermissions(context, req.body)
    const { id } = await find(req.params.id)
    for (const { resource_server_identifier, permission_name } of permissions) {
      await db
        .deleteFrom('role_permissions')
        .where('role_id', '=', id)
        .where('resource_server_identifier', '=', resource_server_identifier)
        .where('permission_name', '=', permission_name)
        .execute()
    }
    res.status(204).end()
  })

  router.get('/roles/:id/users', async (req, res) => {
    requireScope(req, 'read:users', 'read:role_members')
    const query = validate(CheckpointQuery, req.query, 'query')
    const { id } = await find(req.params.id)
    const members = db
      .selectFrom('user_roles')
      .innerJoin('users', 'users.user_id', 'user_roles.user_id')
      .where('role_id', '=', id)
    const page = members
      .select(['users.user_id', 'users.email', 'users.picture', 'users.name', 'user_roles.assigned_at'])
      .orderBy('user_roles.assigned_at')
      .orderBy('user_roles.user_id')
    const origin = context.origins()[0] ?? ''
    if (isByCheckpoint(query)) {
      const after = readCheckpoint(query)
      const rows = await page
        .$if(after !== undefined, (some) =>
          some.where(({ eb, refTuple, tuple }) =>
            eb(
              refTuple('user_roles.assigned_at', 'user_roles.user_id'),
              '>',
              tuple(after?.at ?? new Date(0), after?.id ?? ''),
            ),
          ),
        )
        .limit((query.take ?? 50) + 1)
        .execute()
      return void res.json(
        checkpointed(query, {
          name: 'users',
          rows,
          checkpointOf: (row) => ({ at: row.assigned_at, id: row.user_id }),
          present: (row) => presentMember(row, origin),
        }),
      )
    }
    const { total } = await members.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const rows = await page
      .limit(query.per_page)
      .offset(query.page * query.per_page)
      .execute()
    res.json(paged(query, { name: 'users', items: rows.map((row) => presentMember(row, origin)), total }))
  })

  router.post('/roles/:id/users', async (req, res) => {
    requireScope(req, 'update:roles', 'create:role_members')
    const { users } = validate(UsersBody, req.body, 'body')
    const { id } = await find(req.params.id)
    const known = await db.selectFrom('users').select('user_id').where('user_id', 'in', users).execute()
    if (known.length < new Set(users).size)
      throw new ManagementError(404, 'The user does not exist.', 'inexistent_user')
    await db
      .insertInto('user_roles')
      .values(known.map(({ user_id }) => ({ user_id, role_id: id, assigned_at: now() })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.json({})
  })
  return router
}
