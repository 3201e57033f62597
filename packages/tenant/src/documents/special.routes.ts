import { randomUUID } from 'node:crypto'
import { transaction } from '@rollcall/database'
import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { FieldsQuery, PagingQuery, pick } from '../management/paging.ts'
import { validate } from '../management/validate.ts'
import type { JsonObject } from '../schema.ts'
import { seal, unseal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { deleteDocument, listDocuments, merge, readDocument, writeDocument } from './documents.store.ts'

const Body = z.record(z.string().max(255), z.unknown())
const factors = ['sms', 'push-notification', 'otp', 'email', 'duo', 'webauthn-roaming', 'webauthn-platform', 'recovery-code'] // prettier-ignore
const templates = [
  'verify_email', 'verify_email_by_code', 'reset_email', 'reset_email_by_code', 'welcome_email', 'blocked_account', 'stolen_credentials',
  'enrollment_email', 'mfa_oob_code', 'change_password', 'password_reset', 'user_invitation', 'async_approval',
] // prettier-ignore
const triggers: [string, string][] = [
  ['post-login', 'v3'], ['credentials-exchange', 'v2'], ['pre-user-registration', 'v2'], ['post-user-registration', 'v2'], ['post-change-password', 'v2'],
  ['send-phone-message', 'v2'], ['password-reset-post-challenge', 'v1'], ['custom-token-exchange', 'v1'], ['login-post-identifier', 'v1'], ['signup-post-identifier', 'v1'],
] // prettier-ignore

/** Settings whose routes follow no pattern. */
export function specialDocumentsRoutes(context: TenantContext): Router {
  const { db, now, secret } = context
  const router = Router()
  const put = (kind: string, id: string, body: object) => writeDocument(db, { kind, id, body, now: now() })

  // -- second factors that people may use -------------------------------------------------------------------------------------
  router.get('/guardian/factors', async (req, res) => {
    requireScope(req, 'read:guardian_factors')
    const kept = await listDocuments(db, 'guardian-factors')
    const isEnabled = (name: string) => kept.find(({ id }) => id === name)?.body.enabled === true
    res.json(factors.map((name) => ({ name, enabled: isEnabled(name), trial_expired: false })))
  })
  router.put('/guardian/factors/:name', async (req, res) => {
    requireScope(req, 'update:guardian_factors')
    if (!factors.includes(req.params.name))
      throw badRequest(
        `Path validation error: 'No enum match for: ${req.params.name}' on property name.`,
        'invalid_uri',
      )
    const { enabled } = validate(z.looseObject({ enabled: z.boolean() }), req.body, 'body')
    await put('guardian-factors', req.params.name, { enabled })
    res.json({ enabled })
  })

  // -- mail ------------------------------------------------------------------------------------------------------------------
  const provider = { kind: 'email-provider', id: '' }
  const readProvider = async () => {
    const body = await readDocument(db, provider)
    if (!body) throw new ManagementError(404, 'There is not a configured email provider', 'inexistent_email_provider')
    return JSON.parse(unseal(secret, Buffer.from(String(body.sealed), 'base64'), 'email provider')) as JsonObject
  }
  const writeProvider = (body: object) =>
    put('email-provider', '', { sealed: seal(secret, JSON.stringify(body), 'email provider').toString('base64') })
  const withoutPasswords = ({ credentials, ...rest }: JsonObject) => {
    const shown = Object.entries((credentials ?? {}) as JsonObject).filter(([key]) => !/pass|key|secret/i.test(key))
    return { ...rest, ...(credentials !== undefined && { credentials: Object.fromEntries(shown) }) }
  }
  router.get('/emails/provider', async (req, res) => {
    requireScope(req, 'read:email_provider')
    const { fields, include_fields } = validate(FieldsQuery, req.query, 'query')
    res.json(pick(withoutPasswords(await readProvider()), fields, include_fields))
  })
  router.post('/emails/provider', async (req, res) => {
    requireScope(req, 'create:email_provider')
    const body = validate(z.looseObject({ name: z.string().min(1).max(64) }), req.body, 'body')
    if (await readDocument(db, provider)) throw new ManagementError(409, 'Email provider is already configured.', 'email_provider_conflict') // prettier-ignore
    const after = { enabled: true, ...body } as JsonObject
    await writeProvider(after)
    res.status(201).json(withoutPasswords(after))
  })
  router.patch('/emails/provider', async (req, res) => {
    requireScope(req, 'update:email_provider')
    const after = merge(await readProvider(), validate(Body, req.body, 'body'))
    await writeProvider(after)
    res.json(withoutPasswords(after))
  })
  router.delete('/emails/provider', async (req, res) => {
    requireScope(req, 'delete:email_provider')
    await deleteDocument(db, provider)
    res.status(204).end()
  })

  const templateMissing = () => new ManagementError(404, 'The template does not exist.', 'inexistent_email_template')
  const requireTemplate = (name: string) => {
    if (!templates.includes(name))
      throw badRequest(`Path validation error: 'No enum match for: ${name}' on property templateName.`, 'invalid_uri')
    return { kind: 'email-templates', id: name }
  }
  router.post('/email-templates', async (req, res) => {
    requireScope(req, 'create:email_templates')
    const body = validate(z.looseObject({ template: z.string() }), req.body, 'body')
    const key = requireTemplate(body.template)
    if (await readDocument(db, key)) throw new ManagementError(409, `Template ${body.template} already exists.`)
    await put(key.kind, key.id, body)
    res.json(body)
  })
  router.get('/email-templates/:name', async (req, res) => {
    requireScope(req, 'read:email_templates')
    const body = await readDocument(db, requireTemplate(req.params.name))
    if (!body) throw templateMissing()
    res.json(body)
  })
  router.patch('/email-templates/:name', async (req, res) => {
    requireScope(req, 'update:email_templates')
    const key = requireTemplate(req.params.name)
    const before = await readDocument(db, key)
    if (!before) throw templateMissing()
    const after = merge(before, validate(Body, req.body, 'body'))
    await put(key.kind, key.id, after)
    res.json(after)
  })
  router.put('/email-templates/:name', async (req, res) => {
    requireScope(req, 'update:email_templates')
    const key = requireTemplate(req.params.name)
    const body = { ...validate(Body, req.body, 'body'), template: key.id }
    await put(key.kind, key.id, body)
    res.json(body)
  })

  // -- texts of the pages ------------------------------------------------------------------------------------------------------
  const texts: [string, (params: Record<string, string>) => string][] = [
    ['/prompts/:prompt/custom-text/:language', ({ prompt, language }) => `${prompt}/${language}`],
    ['/prompts/:prompt/partials', ({ prompt }) => `${prompt}/partials`],
    ['/self-service-profiles/:profile/custom-text/:language/:page', ({ profile, language, page }) => `${profile}/${language}/${page}`], // prettier-ignore
  ]
  for (const [path, idOf] of texts) {
    router.get(path, async (req, res) => {
      requireScope(req, 'read:prompts', 'read:self_service_profile_custom_texts')
      res.json((await readDocument(db, { kind: 'texts', id: idOf(req.params as Record<string, string>) })) ?? {})
    })
    router.put(path, async (req, res) => {
      requireScope(req, 'update:prompts', 'update:self_service_profile_custom_texts')
      const body = validate(Body, req.body, 'body')
      await put('texts', idOf(req.params as Record<string, string>), body)
      res.json(body)
    })
  }
  router.get('/prompts/rendering', async (req, res) => {
    requireScope(req, 'read:prompts')
    const query = validate(z.looseObject(PagingQuery.shape), req.query, 'query')
    const configs = (await listDocuments(db, 'rendering')).map(({ body }) => body)
    const { page, per_page: limit } = query
    res.json(query.include_totals ? { total: configs.length, start: page * limit, limit, configs } : configs)
  })
  const renderingOf = ({ prompt, screen }: Record<string, string>) => ({
    tenant: 'rollcall', prompt: prompt ?? '', screen: screen ?? '', rendering_mode: 'standard', context_configuration: [], default_head_tags_disabled: false, head_tags: [],
  }) // prettier-ignore
  router.get('/prompts/:prompt/screen/:screen/rendering', async (req, res) => {
    requireScope(req, 'read:prompts')
    const kept = await readDocument(db, { kind: 'rendering', id: `${req.params.prompt}/${req.params.screen}` })
    res.json(kept ?? renderingOf(req.params))
  })
  router.patch('/prompts/:prompt/screen/:screen/rendering', async (req, res) => {
    requireScope(req, 'update:prompts')
    const id = `${req.params.prompt}/${req.params.screen}`
    const before = (await readDocument(db, { kind: 'rendering', id })) ?? renderingOf(req.params)
    const after = merge(before, validate(Body, req.body, 'body'))
    await put('rendering', id, after)
    res.json(after)
  })
  const page = { kind: 'universal-login-template', id: '' }
  router.get('/branding/templates/universal-login', async (req, res) => {
    requireScope(req, 'read:branding')
    const body = await readDocument(db, page)
    if (!body) throw new ManagementError(404, 'There was no template found.', 'inexistent_template')
    res.json(body)
  })
  router.put('/branding/templates/universal-login', async (req, res) => {
    requireScope(req, 'update:branding')
    const given: unknown = req.body
    const template = typeof given === 'string' ? given : validate(z.looseObject({ template: z.string().max(102_400) }), given, 'body').template // prettier-ignore
    const isNew = (await readDocument(db, page)) === undefined
    await put(page.kind, page.id, { body: template })
    res.status(isNew ? 201 : 204).end()
  })
  router.delete('/branding/templates/universal-login', async (req, res) => {
    requireScope(req, 'delete:branding')
    await deleteDocument(db, page)
    res.status(204).end()
  })

  // -- code that Auth0 would run, and this tenant keeps -----------------------------------------------------------------------
  router.get('/actions/triggers', (req, res) => {
    requireScope(req, 'read:actions')
    const shown = triggers.map(([id, version]) => ({
      id, version, status: 'CURRENT', runtimes: ['node22'], default_runtime: 'node22', binding_policy: 'trigger-bound', compatible_triggers: [],
    })) // prettier-ignore
    res.json({ triggers: shown })
  })
  router.get('/actions/triggers/:id/bindings', async (req, res) => {
    requireScope(req, 'read:actions')
    const body = await readDocument(db, { kind: 'bindings', id: req.params.id })
    res.json({ bindings: body?.bindings ?? [], per_page: 50 })
  })
  router.patch('/actions/triggers/:id/bindings', async (req, res) => {
    requireScope(req, 'update:actions')
    const Bindings = z.looseObject({ bindings: z.array(z.looseObject({ ref: z.looseObject({ type: z.string(), value: z.string() }).optional(), display_name: z.string().optional() })).max(20) }) // prettier-ignore
    const { bindings } = validate(Bindings, req.body, 'body')
    const actions = (await listDocuments(db, 'actions')).map(({ body }) => body)
    const bound = bindings.map(({ ref, display_name: shown }) => {
      const action = actions.find((one) => one[ref?.type === 'action_id' ? 'id' : 'name'] === ref?.value)
      if (!action) throw badRequest(`The action ${ref?.value ?? ''} does not exist.`)
      const at = now().toISOString()
      return { id: randomUUID(), trigger_id: req.params.id, action: showAction(action), display_name: shown ?? action.name ?? '', created_at: at, updated_at: at } // prettier-ignore
    })
    await put('bindings', req.params.id, { bindings: bound })
    res.json({ bindings: bound })
  })

  const actionMissing = () => new ManagementError(404, 'That action does not exist.')
  const findAction = async (id: string) => {
    const body = await readDocument(db, { kind: 'actions', id })
    if (!body) throw actionMissing()
    return body
  }
  /** The values of an action's secrets are kept sealed and never shown. */
  const sealSecrets = (id: string, given: unknown): JsonObject[] =>
    z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).parse(given ?? []).map(({ name, value }) => ({
      name, updated_at: now().toISOString(),
      ...(value !== undefined && { sealed: seal(secret, value, `action secret ${id} ${name}`).toString('base64') }),
    })) // prettier-ignore
  const ActionBody = z.looseObject({
    name: z.string().min(1).max(255),
    supported_triggers: z.array(z.looseObject({ id: z.string().max(100), version: z.string().max(20).optional() })).min(1).max(1),
    secrets: z.array(z.looseObject({ name: z.string().max(100), value: z.string().max(8192).optional() })).max(100).optional(),
  }) // prettier-ignore

  router.get('/actions/actions', async (req, res) => {
    requireScope(req, 'read:actions')
    const query = validate(z.looseObject({ ...PagingQuery.shape, actionName: z.string().optional(), triggerId: z.string().optional() }), req.query, 'query') // prettier-ignore
    const all = (await listDocuments(db, 'actions'))
      .map(({ body }) => body)
      .filter((body) => query.actionName === undefined || body.name === query.actionName)
      .filter((body) => query.triggerId === undefined || JSON.stringify(body.supported_triggers).includes(`"${query.triggerId}"`)) // prettier-ignore
    const from = query.page * query.per_page
    const actions = all.slice(from, from + query.per_page).map(showAction)
    res.json({ actions, total: all.length, page: query.page, per_page: query.per_page })
  })
  router.post('/actions/actions', async (req, res) => {
    requireScope(req, 'create:actions')
    const { deploy, secrets, ...body } = validate(ActionBody, req.body, 'body')
    const id = randomUUID()
    const at = now().toISOString()
    const action = {
      id, code: '', dependencies: [], runtime: 'node22', ...body, created_at: at, updated_at: at, status: 'built',
      secrets: sealSecrets(id, secrets), installed_integration_id: '', all_changes_deployed: false,
    } as unknown as JsonObject // prettier-ignore
    const made = deploy === true ? deployed(action, now()) : action
    await put('actions', id, made)
    res.status(201).json(showAction(made))
  })
  router.get('/actions/actions/:id', async (req, res) => {
    requireScope(req, 'read:actions')
    res.json(showAction(await findAction(req.params.id)))
  })
  router.patch('/actions/actions/:id', async (req, res) => {
    requireScope(req, 'update:actions')
    const { secrets, ...change } = validate(ActionBody.partial(), req.body, 'body')
    const after = await transaction(db, async (trx) => {
      const before = await readDocument(trx, { kind: 'actions', id: req.params.id })
      if (!before) throw actionMissing()
      const body = {
        ...merge(before, change),
        ...(secrets && { secrets: sealSecrets(req.params.id, secrets) }),
        updated_at: now().toISOString(),
        all_changes_deployed: false,
      } as JsonObject
      await writeDocument(trx, { kind: 'actions', id: req.params.id, body, now: now() })
      return body
    })
    res.json(showAction(after))
  })
  router.post('/actions/actions/:id/deploy', async (req, res) => {
    requireScope(req, 'update:actions')
    const after = deployed(await findAction(req.params.id), now())
    await put('actions', req.params.id, after)
    res.json({ ...(after.current_version as JsonObject), action: showAction(after) })
  })
  router.delete('/actions/actions/:id', async (req, res) => {
    requireScope(req, 'delete:actions')
    await deleteDocument(db, { kind: 'actions', id: req.params.id })
    res.status(204).end()
  })
  router.get('/actions/modules', (req, res) => {
    requireScope(req, 'read:actions')
    res.json({ modules: [], total: 0, page: 0, per_page: 100 })
  })
  router.get('/actions/executions/:id', (req) => {
    requireScope(req, 'read:actions')
    throw new ManagementError(404, 'That execution does not exist.')
  })
  router.get('/connections-directory-provisionings', (req, res) => {
    requireScope(req, 'read:directory_provisionings')
    res.json({ directory_provisionings: [] })
  })

  // -- values for rules and hooks ---------------------------------------------------------------------------------------------
  router.get('/rules-configs', async (req, res) => {
    requireScope(req, 'read:rules_configs')
    res.json((await listDocuments(db, 'rules-configs')).map(({ id }) => ({ key: id })))
  })
  router.put('/rules-configs/:key', async (req, res) => {
    requireScope(req, 'update:rules_configs')
    const { value } = validate(z.strictObject({ value: z.string().max(10_240) }), req.body, 'body')
    const place = `rules config ${req.params.key}`
    await put('rules-configs', req.params.key, { sealed: seal(secret, value, place).toString('base64') })
    res.json({ key: req.params.key, value })
  })
  router.delete('/rules-configs/:key', async (req, res) => {
    requireScope(req, 'delete:rules_configs')
    await deleteDocument(db, { kind: 'rules-configs', id: req.params.key })
    res.status(204).end()
  })
  return router
}

/** An action as Auth0 shows it: its secrets by name only. */
function showAction({ secrets, ...action }: JsonObject): JsonObject {
  const shown = (secrets as JsonObject[] | undefined)?.map(({ sealed: _sealed, ...rest }) => rest)
  return { ...action, secrets: shown ?? [] }
}

function deployed(action: JsonObject, now: Date): JsonObject {
  const at = now.toISOString()
  const number = Number((action.current_version as JsonObject | undefined)?.number ?? 0) + 1
  const { id: _id, secrets, current_version: _before, ...rest } = action
  const version = {
    ...rest, id: randomUUID(), deployed: true, number, built_at: at, status: 'built', created_at: at, updated_at: at,
    secrets: showAction({ secrets: secrets ?? [] }).secrets ?? [],
  } // prettier-ignore
  return { ...action, deployed_version: version, current_version: version, all_changes_deployed: true, updated_at: at }
}
