import { sql, transaction } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import {
  CheckpointQuery,
  PagingQuery,
  checkpointed,
  isByCheckpoint,
  paged,
  pagedOf,
  readCheckpoint,
} from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'
import { userMissing } from '../users/get-user.ts'
import { presentMember } from '../users/present-user.ts'
import { findOrganization, presentOrganization } from './organizations.store.ts'

const MembersBody = z.strictObject({
  members: z.array(z.string().min(1).max(320)).min(1).max(10).describe('List of user IDs to add to the organization as members.'),
}) // prettier-ignore
const RolesBody = z.strictObject({
  roles: z.array(z.string().min(1).max(50)).min(1).max(50).describe('List of roles IDs to associated with the user.'),
})

/** Who belongs to an organization, and which roles they have there and nowhere else. */
export function organizationMembersRoutes(context: TenantContext): Router {
  const { db, now } = context
  const router = Router()
  const requireUser = async (organizationId: string, userId: string) => {
    const { id } = await findOrganization(db, organizationId)
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', userId).executeTakeFirst()
    if (!user) throw userMissing()
    return { organization_id: id, user_id: user.user_id }
  }

  router.get('/organizations/:id/members', async (req, res) => {
    requireScope(req, 'read:organization_members')
    const query = validate(CheckpointQuery, req.query, 'query')
    const { id } = await findOrganization(db, req.params.id)
    const wantsRoles = query.include_fields && query.fields?.split(',').includes('roles') === true
    const members = db
      .selectFrom('organization_members')
      .innerJoin('users', 'users.user_id', 'organization_members.user_id')
      .where('organization_members.organization_id', '=', id)
    const page = members
      .select(['users.user_id', 'users.email', 'users.picture', 'users.name', 'organization_members.added_at'])
      .$if(wantsRoles, (some) =>
        some.select(
          sql<object[]>`(SELECT coalesce(json_agg(json_build_object('id', r.id, 'name', r.name) ORDER BY r.name), '[]')
            FROM organization_member_roles omr JOIN roles r ON r.id = omr.role_id
            WHERE omr.organization_id = organization_members.organization_id AND omr.user_id = users.user_id)`.as(
            'roles',
          ),
        ),
      )
      .orderBy('organization_members.added_at')
      .orderBy('organization_members.user_id')
    const origin = context.origins()[0] ?? ''
    const present = (row: Parameters<typeof presentMember>[0] & { roles?: object[] }) => ({
      ...presentMember(row, origin),
      ...(row.roles && { roles: row.roles }),
    })
    if (isByCheckpoint(query)) {
      const after = readCheckpoint(query)
      const rows = await page
        .$if(after !== undefined, (some) =>
          some.where(({ eb, refTuple, tuple }) =>
            eb(
              refTuple('organization_members.added_at', 'organization_members.user_id'),
              '>',
              tuple(after?.at ?? new Date(0), after?.id ?? ''),
            ),
          ),
        )
        .limit((query.take ?? 50) + 1)
        .execute()
      const checkpointOf = (row: { added_at: Date; user_id: string }) => ({ at: row.added_at, id: row.user_id })
      return void res.json(checkpointed(query, { name: 'members', rows, checkpointOf, present, namesEveryEnd: true }))
    }
    const { total } = await members.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const rows = await page
      .limit(query.per_page)
      .offset(query.page * query.per_page)
      .execute()
    res.json(paged(query, { name: 'members', items: rows.map(present), total }))
  })

  router.post('/organizations/:id/members', async (req, res) => {
    requireScope(req, 'create:organization_members')
    const { members } = validate(MembersBody, req.body, 'body')
    const { id } = await findOrganization(db, req.params.id)
    const known = await db.selectFrom('users').select('user_id').where('user_id', 'in', members).execute()
    if (known.length < new Set(members).size) throw badRequest('One or more of the specified users do not exist.')
    const at = now()
    await db
      .insertInto('organization_members')
      .values(known.map(({ user_id }) => ({ organization_id: id, user_id, added_at: at })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.status(204).end()
  })

  router.delete('/organizations/:id/members', async (req, res) => {
    requireScope(req, 'delete:organization_members')
    const { members } = validate(MembersBody, req.body, 'body')
    const { id } = await findOrganization(db, req.params.id)
    await transaction(db, async (trx) => {
      for (const table of ['organization_member_roles', 'organization_members'] as const) {
        await trx.deleteFrom(table).where('organization_id', '=', id).where('user_id', 'in', members).execute()
      }
    })
    res.status(204).end()
  })

  router.get('/organizations/:id/members/:user/roles', async (req, res) => {
    requireScope(req, 'read:organization_member_roles')
    const query = validate(PagingQuery, req.query, 'query')
    const { organization_id: organizationId, user_id: userId } = await requireUser(req.params.id, req.params.user)
    const rows = await db
      .selectFrom('organization_member_roles')
      .innerJoin('roles', 'roles.id', 'organization_member_roles.role_id')
      .select(['roles.id', 'roles.name', 'roles.description'])
      .where('organization_id', '=', organizationId)
      .where('user_id', '=', userId)
      .orderBy('roles.name')
      .execute()
    const all = rows.map((role) => ({ ...role, description: role.description ?? '' }))
    res.json(pagedOf(query, { name: 'roles', all }))
  })

  router.post('/organizations/:id/members/:user/roles', async (req, res) => {
    requireScope(req, 'create:organization_member_roles')
    const { roles } = validate(RolesBody, req.body, 'body')
    const member = await requireUser(req.params.id, req.params.user)
    const known = await db
      .selectFrom('roles')
      .select('id')
      .where('id', 'in', roles)
      .where((row) => row.or([row('owner_id', 'is', null), row('owner_id', '=', member.organization_id)]))
      .execute()
    if (known.length < new Set(roles).size) throw new ManagementError(404, 'The role does not exist.')
    await db
      .insertInto('organization_member_roles')
      .values(known.map(({ id }) => ({ ...member, role_id: id })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.status(204).end()
  })

  router.delete('/organizations/:id/members/:user/roles', async (req, res) => {
    requireScope(req, 'delete:organization_member_roles')
    const { roles } = validate(RolesBody, req.body, 'body')
    const { id } = await findOrganization(db, req.params.id)
    await db
      .deleteFrom('organization_member_roles')
      .where('organization_id', '=', id)
      .where('user_id', '=', req.params.user)
      .where('role_id', 'in', roles)
      .execute()
    res.status(204).end()
  })

  router.get('/users/:id/organizations', async (req, res) => {
    requireScope(req, 'read:organizations')
    const query = validate(PagingQuery, req.query, 'query')
    const user = await db.selectFrom('users').select('user_id').where('user_id', '=', req.params.id).executeTakeFirst()
    if (!user) throw userMissing()
    const rows = await db
      .selectFrom('organization_members')
      .innerJoin('organizations', 'organizations.id', 'organization_members.organization_id')
      .selectAll('organizations')
      .where('user_id', '=', user.user_id)
      .orderBy('organization_members.added_at')
      .orderBy('organizations.id')
      .execute()
    res.json(pagedOf(query, { name: 'organizations', all: rows.map(presentOrganization) }))
  })
  return router
}
