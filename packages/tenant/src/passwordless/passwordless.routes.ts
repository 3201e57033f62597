import { Router, json, urlencoded } from 'express'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import { connectionsOf } from '../connections/connections.store.ts'
import { objectId } from '../ids.ts'
import { authenticateClient } from '../oidc/client-authentication.ts'
import { OAuthError, invalidRequest } from '../oidc/oauth-error.ts'
import {
  AuthorizationFailed,
  AuthorizationRefused,
  readAuthorizationRequest,
} from '../oidc/read-authorization-request.ts'
import { readTokenRequest } from '../oidc/token-request.ts'
import { respond } from '../oidc/answer.ts'
import { submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import { showErrorPage, showPage } from '../pages/page.ts'
import { ownPagesOnly } from '../pages/own-pages-only.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { proceed } from '../sign-in/proceed.ts'
import { findSignIn, saveProgress, startSignIn } from '../sign-in/transactions.store.ts'
import { isStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findAddress, sendCode, signInByCode } from './passwordless.ts'
import type { Address } from './passwordless.ts'

const text = z.string().max(1024).refine(isStorable)
const Start = z.object({
  connection: z.enum(['email', 'sms']),
  email: z.email().max(320).optional(),
  phone_number: z.string().regex(/^\+[0-9]{1,15}$/).optional(),
  send: z.enum(['code', 'link']).optional(),
  authParams: z.record(text, z.union([text, z.number(), z.boolean()])).optional(),
}) // prettier-ignore

/** Codes and links that let people in without a password (Auth0, "Passwordless Connections"). */
export function passwordlessRoutes(context: TenantContext): Router {
  const router = Router()

  router.post(
    '/passwordless/start',
    json({ limit: '64kb' }),
    urlencoded({ extended: false, limit: '64kb' }),
    async (req, res) => {
      const body = (req.body ?? {}) as Record<string, unknown>
      const client = await authenticateClient(context, req, readTokenRequest({ ...body, grant_type: 'passwordless' }), {
        mayBeAnonymous: true,
      })
      const read = Start.safeParse(body)
      if (!read.success) throw invalidRequest(`Parameter ${String(read.error.issues[0]?.path[0])} is not valid`)
      const { connection: strategy, email, phone_number: phone, send, authParams } = read.data
      const to = strategy === 'sms' ? phone : email?.toLowerCase()
      if (to === undefined) throw invalidRequest(`missing ${strategy === 'sms' ? 'phone_number' : 'email'} parameter`)
      const address = await addressFor(client.clientId, strategy, to)
      const ip = addressOf(req)
      const isLink = strategy === 'email' && send !== 'code'
      const link = isLink ? linkOf(originOf(context, req), { ...authParams, client_id: client.clientId, email: to }) : undefined // prettier-ignore
      if (!(await sendCode(context, address, ip, link)))
        throw new OAuthError(429, 'too_many_requests', 'Too many codes were asked for. Try again later.')
      const user = await findAddress(context, address)
      const id = user?.user_id.split('|')[1] ?? objectId(context.now())
      res.json(
        strategy === 'sms'
          ? { _id: id, phone_number: to, phone_verified: user?.phone_verified ?? false, request_language: null }
          : { _id: id, email: to, email_verified: user?.email_verified ?? false },
      )
    },
  )

  // Mail programs open links by themselves: one that is only opened lets nobody in.
  router.get('/passwordless/verify_redirect', (req, res) => {
    const inputs = Object.entries(req.query)
      .filter((field): field is [string, string] => typeof field[1] === 'string')
      .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
    showPage(res, {
      title: 'Sign in',
      formTargets: ['http:', 'https:'],
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Sign in</h1>
        <p>as ${typeof req.query.email === 'string' ? req.query.email : ''}</p>
        <form method="post" action="/passwordless/verify_redirect">${inputs} ${submit('Continue')}</form>`,
    })
  })
  router.post(
    '/passwordless/verify_redirect',
    ownPagesOnly(context),
    urlencoded({ extended: false, limit: '64kb' }),
    async (req, res) => {
      const params = (req.body ?? {}) as Record<string, unknown>
      try {
        const { request } = await readAuthorizationRequest(context, params)
        await enter({ req, res }, params, request)
      } catch (error) {
        if (error instanceof AuthorizationFailed) return respond(res, error.request, { error: error.error, error_description: error.message }) // prettier-ignore
        if (!(error instanceof AuthorizationRefused)) throw error
        showErrorPage(res, { status: 400, title: 'This link is not valid', detail: error.message })
      }
    },
  )

  async function enter(
    { req, res }: { req: Request; res: Response },
    { email, verification_code: code }: Record<string, unknown>,
    request: Awaited<ReturnType<typeof readAuthorizationRequest>>['request'],
  ): Promise<void> {
    const read = z.object({ email: z.email().max(320), code: text }).safeParse({ email, code })
    if (!read.success) throw new AuthorizationRefused('It lacks a part.')
    const address = await addressFor(request.clientId, 'email', read.data.email.toLowerCase())
    const result = await signInByCode(context, address, read.data.code)
    if (result.verdict !== 'good') throw new AuthorizationRefused('It was used already, or it is too old. Ask for a new one.') // prettier-ignore
    const state = await startSignIn(context, { req, res, request })
    const cookies = res.getHeader('set-cookie')
    // The cookie that ties the sign-in to this browser may be on its way only now.
    if (cookies !== undefined) req.headers.cookie = [req.headers.cookie, ...[cookies].flat().map((line) => String(line).split(';', 1)[0])].filter(Boolean).join('; ') // prettier-ignore
    const signIn = await findSignIn(context, req, state)
    if (!signIn) throw new AuthorizationRefused('It could not be used in this browser.')
    const progress = {
      userId: result.user.user_id,
      authenticatedAt: context.now().toISOString(),
      amr: ['otp'],
      connection: address.connection.name,
    }
    await proceed(context, { req, res }, await saveProgress(context, signIn, progress))
  }

  /** @throws OAuthError when the application has no such connection */
  async function addressFor(clientId: string, strategy: string, to: string): Promise<Address> {
    const client = await findClient(context.db, clientId)
    const connections = client
      ? await connectionsOf(context.db, { clientId, isFirstParty: client.settings.is_first_party })
      : []
    const connection = connections.find((one) => one.strategy === strategy)
    if (!client || !connection)
      throw new OAuthError(400, 'bad.connection', 'Connection does not exist or is not enabled for this client')
    return { connection, client, to }
  }
  return router
}

function linkOf(origin: string, params: Record<string, string | number | boolean>): (code: string) => string {
  return (code) => {
    const url = new URL('/passwordless/verify_redirect', origin)
    for (const [name, value] of Object.entries({ ...params, verification_code: code })) url.searchParams.set(name, String(value)) // prettier-ignore
    return url.href
  }
}
