import { z } from 'zod'
import { noControlCharacter } from '../query-values.ts'
import { PartProblem } from './counts.ts'

/** A role by its name. */
export const NamedRole = z.object({ roleId: z.string(), name: z.string() }).meta({ id: 'NamedRole' })
export type NamedRole = z.infer<typeof NamedRole>

/** An organization by its name. */
export const NamedOrganization = z
  .object({
    organizationId: z.string(),
    name: z.string(),
    displayName: z.string().nullable(),
  })
  .meta({ id: 'NamedOrganization' })
export type NamedOrganization = z.infer<typeof NamedOrganization>

/** How somebody comes by a role. */
export const RoleSource = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('direct') }),
    z.object({ kind: z.literal('organization'), organization: NamedOrganization }),
  ])
  .meta({ id: 'RoleSource' })
export type RoleSource = z.infer<typeof RoleSource>

const throughOrganizations = PartProblem.nullable().meta({
  description: 'Why nothing is said of what comes through organizations; null: it is all there.',
})

export const UserRoles = z
  .object({
    roles: z.array(
      NamedRole.extend({
        description: z.string().nullable(),
        sources: z.array(RoleSource).min(1),
      }),
    ),
    organizationsProblem: throughOrganizations,
  })
  .meta({ id: 'UserRoles' })
export type UserRoles = z.infer<typeof UserRoles>

/** How somebody comes by a permission: one way of perhaps several. */
export const PermissionSource = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('direct') }),
    z.object({ kind: z.literal('role'), role: NamedRole }),
    z
      .object({ kind: z.literal('organization'), organization: NamedOrganization, role: NamedRole })
      .meta({ description: 'Through a role that they have within an organization, and only when signed in to it.' }),
  ])
  .meta({ id: 'PermissionSource' })
export type PermissionSource = z.infer<typeof PermissionSource>

export const Api = z.object({ identifier: z.string(), name: z.string() }).meta({ id: 'Api' })
export type Api = z.infer<typeof Api>

export const UserPermission = z
  .object({
    permission: z.string().meta({ example: 'read:invoices' }),
    description: z.string().nullable(),
    api: Api,
    sources: z.array(PermissionSource).min(1),
  })
  .meta({ id: 'UserPermission' })
export type UserPermission = z.infer<typeof UserPermission>

export const UserPermissions = z
  .object({ permissions: z.array(UserPermission), organizationsProblem: throughOrganizations })
  .meta({ id: 'UserPermissions' })
export type UserPermissions = z.infer<typeof UserPermissions>

export const UserOrganizations = z
  .object({
    organizations: z.array(
      NamedOrganization.extend({
        roles: z
          .array(NamedRole)
          .nullable()
          .meta({ description: 'What they are there and nowhere else; null: see `rolesProblem`.' }),
      }),
    ),
    rolesProblem: PartProblem.nullable(),
  })
  .meta({ id: 'UserOrganizations' })
export type UserOrganizations = z.infer<typeof UserOrganizations>

const name = z
  .string()
  .min(1)
  .max(600)
  .refine(...noControlCharacter)

export const AccessQuery = z.strictObject({
  permission: name.meta({ example: 'read:invoices' }),
  api: name.meta({ description: 'The identifier of the API whose permission it is.' }),
})
export type AccessQuery = z.infer<typeof AccessQuery>

/** Who holds a role, as far as a filter can say it. */
export const RoleHolders = z
  .object({
    role: NamedRole,
    users: z.int().min(0),
    filter: z.string().meta({ description: 'Finds just these users.' }),
  })
  .meta({ id: 'RoleHolders' })
export type RoleHolders = z.infer<typeof RoleHolders>

/** Why somebody has a permission. */
export const AccessExplanation = z
  .object({
    permission: z.string(),
    api: Api.nullable().meta({ description: 'null: they do not have it.' }),
    paths: z.array(PermissionSource).meta({ description: 'Every way by which they have it; empty: they do not.' }),
    holders: z
      .array(RoleHolders)
      .nullable()
      .meta({ description: 'Who else has it by the same roles, each role once; null: that needs the directory.' }),
    organizationsProblem: throughOrganizations,
  })
  .meta({ id: 'AccessExplanation' })
export type AccessExplanation = z.infer<typeof AccessExplanation>
