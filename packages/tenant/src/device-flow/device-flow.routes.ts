import { Router, json, urlencoded } from 'express'
import type { Response } from 'express'
import { mayAttempt, takeBack } from '../accounts/attempts.store.ts'
import { findClient } from '../clients/clients.store.ts'
import { authenticateClient } from '../oidc/client-authentication.ts'
import { OAuthError } from '../oidc/oauth-error.ts'
import { readTokenRequest } from '../oidc/token-request.ts'
import { apiOf } from '../oidc/user-grant.ts'
import { sessionOf, progressOf } from '../sign-in/session-of.ts'
import { field, problemBox, submit } from '../pages/forms.ts'
import { html } from '../pages/html.ts'
import { showErrorPage, showNotice, showPage } from '../pages/page.ts'
import { ownPagesOnly } from '../pages/own-pages-only.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { readField } from '../sign-in/read-field.ts'
import { pageOf, proceed } from '../sign-in/proceed.ts'
import { findSignIn, startSignIn } from '../sign-in/transactions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createDeviceCode, denyDevice, deviceCodeSeconds, findByUserCode, pollSeconds } from './device-codes.store.ts'
import type { DeviceRow } from './device-codes.store.ts'

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const guessLimit = (ip: string) => ({ subject: `user code ${ip}`, most: 20, windowMs: 15 * 60_000 })

/** Letting a device in that has no keyboard (RFC 8628). */
export function deviceFlowRoutes(context: TenantContext): Router {
  const router = Router()
  const { db, now } = context
  const form = urlencoded({ extended: false, limit: '64kb' })

  router.post('/oauth/device/code', json({ limit: '64kb' }), form, async (req, res) => {
    const body = readTokenRequest({ ...(req.body as object | undefined), grant_type: deviceGrant })
    const client = await authenticateClient(context, req, body, { mayBeAnonymous: true })
    const refuse = (error: OAuthError) => {
      context.logs.write({ type: 'fdeaz', description: error.message, client_id: client.clientId, client_name: client.name, ip: addressOf(req) }) // prettier-ignore
      throw error
    }
    if (!client.settings.grant_types.includes(deviceGrant))
      refuse(new OAuthError(403, 'unauthorized_client', `Grant type '${deviceGrant}' not allowed for the client.`, 'https://auth0.com/docs/clients/client-grant-types')) // prettier-ignore
    if (body.audience !== undefined && !(await apiOf(context, body.audience)))
      refuse(new OAuthError(403, 'access_denied', `Service not found: ${body.audience}`))
    const { deviceCode, userCode } = await createDeviceCode(db, {
      clientId: client.clientId,
      scope: body.scope ?? 'openid profile email',
      audience: body.audience,
      now: now(),
    })
    const page = `${originOf(context, req)}/activate`
    res.setHeader('Cache-Control', 'no-store').json({
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: page,
      expires_in: deviceCodeSeconds,
      interval: pollSeconds,
      verification_uri_complete: `${page}?user_code=${userCode}`,
    })
  })

  router.get('/activate', async (req, res) => {
    const typed = readField(req.query, 'user_code')
    const device = typed === '' ? undefined : await deviceOf(addressOf(req), typed)
    if (device && device !== 'throttled') return showConfirm(res, device, typed)
    showCodePage(res, { typed })
  })

  router.post('/activate', ownPagesOnly(context), form, async (req, res) => {
    const typed = readField(req.body, 'user_code')
    const device = await deviceOf(addressOf(req), typed)
    if (device === 'throttled') return showCodePage(res, { typed, problem: 'Too many wrong codes. Wait a quarter of an hour.', status: 429 }) // prettier-ignore
    if (!device) {
      context.logs.write({ type: 'fdeac', description: 'Wrong user code', ip: addressOf(req) })
      return showCodePage(res, { typed, problem: 'This code is not right, or it is too old.', status: 400 })
    }
    if (readField(req.body, 'decision') === '') return showConfirm(res, device, typed)
    const deviceCode = device.device_code_hash.toString('base64url')
    if (readField(req.body, 'decision') !== 'confirm') {
      await denyDevice(db, deviceCode)
      context.logs.write({ type: 'fdecc', description: 'User did not confirm device', client_id: device.client_id, ip: addressOf(req) }) // prettier-ignore
      return showNotice(res, { title: 'The device stays out', detail: 'Nothing was shared with it.' })
    }
    const session = await sessionOf(context, req)
    const state = await startSignIn(context, {
      req,
      res,
      request: {
        clientId: device.client_id,
        redirectUri: '',
        isRedirectUriGiven: false,
        responseType: 'code',
        responseMode: 'query',
        scope: device.scope,
        audience: device.audience ?? undefined,
        deviceCode,
      },
      ...(session && { progress: progressOf(session) }),
    })
    // The cookie that ties the sign-in to this browser may be on its way only now.
    const signIn = session && (await findSignIn(context, req, state))
    if (!signIn) return res.redirect(302, `${pageOf.login}?state=${state}`)
    await proceed(context, { req, res }, signIn)
  })

  /** Codes are short: nobody is to try them out. */
  async function deviceOf(ip: string, typed: string): Promise<DeviceRow | 'throttled' | undefined> {
    const limit = guessLimit(ip)
    const at = now()
    if (!(await mayAttempt(db, { limits: [limit], now: at }))) return 'throttled'
    const device = await findByUserCode(db, { typed, now: at })
    if (device) await takeBack(db, { subject: limit.subject, now: at })
    return device
  }

  async function showConfirm(res: Response, device: DeviceRow, typed: string): Promise<void> {
    const client = await findClient(db, device.client_id)
    if (!client) return showErrorPage(res, { status: 404, title: 'No such application', detail: 'It was removed.' })
    showPage(res, {
      title: 'Confirm the device',
      body: html`<p class="mark">Rollcall tenant</p>
        <h1>Confirm the device</h1>
        <p>${client.name} asks to be let in. Go on only if your device shows this code:</p>
        <code class="secret">${typed.toUpperCase()}</code>
        <form method="post" action="/activate">
          <input type="hidden" name="user_code" value="${typed}" />
          <button type="submit" name="decision" value="confirm">Confirm</button>
          <button type="submit" class="plain" name="decision" value="cancel">Cancel</button>
        </form>`,
    })
  }
  return router
}

function showCodePage(res: Response, { typed, problem, status = 200 }: { typed: string; problem?: string; status?: number }) {
  showPage(res, {
    status,
    title: problem === undefined ? 'Connect a device' : 'Problem: connect a device',
    body: html`<p class="mark">Rollcall tenant</p>
      <h1>Connect a device</h1>
      <p>Type the code that your device shows.</p>
      ${problemBox(problem)}
      <form method="post" action="/activate">
        ${field({ name: 'user_code', label: 'Code', value: typed, autocomplete: 'off', isFocused: true, hasProblem: problem !== undefined })}
        ${submit('Continue')}
      </form>`,
  })
} // prettier-ignore
