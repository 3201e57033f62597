import { transaction } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { lockDocument, merge, writeDocument } from '../documents/documents.store.ts'
import { requireScope } from '../management/authorize.ts'
import { FieldsQuery, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'
import { readTenantSettings, tenantSettings } from './tenant-settings.store.ts'

const address = z.string().max(2048)
const hours = z.number().min(0).max(8760)
/** What this tenant acts on is checked; the rest is kept and given back as it came. */
const UpdateBody = z.looseObject({
  friendly_name: z.string().max(200).optional().describe('Friendly name for this tenant.'),
  picture_url: address.optional(),
  support_email: z.union([z.email(), z.literal('')]).optional().describe('End-user support email.'),
  support_url: address.optional(),
  default_audience: z.string().max(600).optional().describe('Default audience for API Authorization.'),
  default_directory: z.string().max(128).optional().describe('Name of connection used for password grants at the `/token`endpoint.'),
  allowed_logout_urls: z.array(address).max(100).nullable().optional(),
  default_redirection_uri: address.optional(),
  session_lifetime: hours.min(0.000_1).optional().describe('Number of hours a session will stay valid.'),
  idle_session_lifetime: hours.min(0.000_1).optional().describe('Number of hours for which a session can be inactive before the user must log in again.'),
  flags: z.record(z.string(), z.unknown()).optional(),
  enabled_locales: z.array(z.string().max(20)).min(1).optional(),
  allow_organization_name_in_authentication_api: z.boolean().nullable().optional(),
  oidc_logout: z.looseObject({}).optional(),
}) // prettier-ignore

/** `/tenants/settings`. */
export function tenantSettingsRoutes({ db, now }: TenantContext): Router {
  const router = Router()

  router.get('/tenants/settings', async (req, res) => {
    requireScope(req, 'read:tenant_settings')
    const { fields, include_fields } = validate(FieldsQuery, req.query, 'query')
    res.json(pick(await readTenantSettings(db), fields, include_fields))
  })

  router.patch('/tenants/settings', async (req, res) => {
    requireScope(req, 'update:tenant_settings')
    const change = validate(UpdateBody, req.body, 'body')
    const body = await transaction(db, async (trx) => {
      await lockDocument(trx, tenantSettings)
      const after = merge(await readTenantSettings(trx), change, [
        'flags',
        'universal_login',
        'sessions',
        'change_password',
        'guardian_mfa_page',
        'error_page',
      ])
      await writeDocument(trx, { ...tenantSettings, body: after, now: now() })
      return after
    })
    res.json(body)
  })
  return router
}
