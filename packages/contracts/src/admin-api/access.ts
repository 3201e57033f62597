import { z } from 'zod'
import { CustomField } from './custom-fields.ts'

/**
 * What a staff member may be granted on Rollcall's API (the `permissions` claim of their access token).
 * `manage:users` is the tutorial's permission and grants all the others but `read:idp-tokens`: whoever sees an identity provider's token can act
 * there in its user's name.
 */
export const permissions = [
  'manage:users',
  'read:users',
  'create:users',
  'update:users',
  'delete:users',
  'restore:users',
  'purge:users',
  'manage:credentials',
  'export:users',
  'manage:roles',
  'manage:organizations',
  'read:logs',
  'manage:views',
  'read:audit',
  'manage:jobs',
  'approve:actions',
  'read:idp-tokens',
] as const
export const Permission = z.enum(permissions)
export type Permission = z.infer<typeof Permission>

/** Who is asking: a staff member, or a program with a machine-to-machine token. */
export const Me = z
  .object({
    userId: z.string().meta({ description: 'The `sub` of the access token; `…@clients` for a program.' }),
    kind: z.enum(['person', 'program']),
    name: z.string().nullable(),
    email: z.string().nullable(),
    picture: z.string().nullable(),
    permissions: z.array(Permission).meta({ description: 'What they may do here, `manage:users` already spelt out.' }),
    fields: z
      .array(CustomField)
      .meta({ description: 'The fields of metadata that have names here and that they may see.' }),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

/** What the dashboard must know before anyone has signed in. Public; holds no secret. */
export const DashboardConfig = z.object({
  basePath: z.string().meta({ description: 'Where Rollcall is mounted, with a slash at both ends.' }),
  auth: z.object({
    domain: z.string().meta({ description: "The tenant's domain, or an origin for one on this machine." }),
    clientId: z.string(),
    audience: z.string(),
    usesDpop: z.boolean(),
  }),
})
export type DashboardConfig = z.infer<typeof DashboardConfig>
