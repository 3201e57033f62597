import { Router, json, urlencoded } from 'express'
import type { ErrorRequestHandler, Request } from 'express'
import { toRollcallError } from '@rollcall/http-kit'
import { z } from 'zod'
import { findClient } from '../clients/clients.store.ts'
import type { Client } from '../clients/clients.store.ts'
import { connectionsOf } from '../connections/connections.store.ts'
import type { Connection } from '../connections/connections.store.ts'
import { addressOf, originOf } from '../request-origin.ts'
import { isStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { PasswordVerdict } from './password-policy.ts'
import { requestReset } from './reset-password.ts'
import { SignUpRefused, signUp } from './sign-up.ts'

const text = (longest: number) => z.string().max(longest).refine(isStorable)
const SignUp = z.object({
  client_id: text(128).optional(),
  connection: text(128),
  email: z.email().max(320).optional(),
  username: text(128).regex(/^[^\s@]+$/).optional(),
  phone_number: z.string().regex(/^\+[0-9]{1,15}$/).optional(),
  password: text(1024),
  given_name: text(150).min(1).optional(),
  family_name: text(150).min(1).optional(),
  name: text(300).min(1).optional(),
  nickname: text(300).min(1).optional(),
  picture: z.url().max(2048).refine(isStorable).optional(),
  // "user_metadata is limited to 10 fields of 500 characters" (Auth0 Authentication API)
  user_metadata: z
    .record(text(100).regex(/^[^.$]+$/), text(500))
    .refine((fields) => Object.keys(fields).length <= 10)
    .optional(),
}) // prettier-ignore
const ChangePassword = z.object({
  client_id: text(128).optional(),
  connection: text(128),
  email: text(320).optional(),
  username: text(128).optional(),
  organization: text(128).optional(),
})

/** A refusal in the envelope that only these two endpoints have. */
class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly body: Record<string, unknown>
  readonly status: number
  constructor(status: number, code: string, description: unknown, rest: Record<string, unknown> = {}) {
    super(code)
    this.status = status
    this.body = { name: 'BadRequestError', code, description, statusCode: status, ...rest }
  }
}

/** Opening an account and asking for a new password from an application's own pages (Auth0 Authentication API, "Signup", "Change Password"). */
export function dbconnectionsRoutes(context: TenantContext): Router {
  const router = Router()
  router.use('/dbconnections', json({ limit: '64kb' }), urlencoded({ extended: false, limit: '64kb' }))

  router.post('/dbconnections/signup', async (req, res) => {
    const { client_id: clientId, connection: name, ...profile } = read(SignUp, req, 'invalid_signup')
    const { client, connection } = await parties(clientId, name)
    try {
      const user = await signUp(context, {
        ...profile,
        connection,
        client,
        origin: originOf(context, req),
        ip: addressOf(req),
        userAgent: req.headers['user-agent'],
      })
      const { user_id: userId, email, email_verified: isVerified, username, phone_number: phone, ...rest } = user
      const shown = Object.fromEntries(
        (['given_name', 'family_name', 'name', 'nickname', 'picture', 'user_metadata'] as const)
          .filter((member) => profile[member] !== undefined)
          .map((member) => [member, rest[member]]),
      )
      res.json({
        _id: userId.split('|')[1],
        ...(email !== undefined && { email, email_verified: isVerified ?? false }),
        ...(username !== undefined && { username }),
        ...(phone !== undefined && { phone_number: phone, phone_verified: false }),
        ...shown,
      })
    } catch (error) {
      throw error instanceof SignUpRefused ? toAnswer(error) : error
    }
  })

  router.post('/dbconnections/change_password', async (req, res) => {
    const { client_id: clientId, connection: name, email, username } = read(ChangePassword, req, 'invalid_request')
    const { client, connection } = await parties(clientId, name)
    const login = email ?? username
    if (login === undefined) throw new ConnectionError(400, 'invalid_request', 'email is required')
    await requestReset(context, {
      login,
      connections: [connection],
      origin: originOf(context, req),
      clientId: client.clientId,
      ip: addressOf(req),
    })
    res.type('html').send("We've just sent you an email to reset your password.")
  })
  router.use('/dbconnections', errors)

  /** The application that asks, and the database of its people. */
  async function parties(
    clientId: string | undefined,
    name: string,
  ): Promise<{ client: Client; connection: Connection }> {
    const client = clientId === undefined ? undefined : await findClient(context.db, clientId)
    if (!client) throw new ConnectionError(400, 'invalid_client', 'client_id is not valid')
    const connections = await connectionsOf(context.db, {
      clientId: client.clientId,
      isFirstParty: client.settings.is_first_party,
    })
    const connection = connections.find((one) => one.name === name && one.strategy === 'auth0')
    if (!connection) throw new ConnectionError(400, 'invalid_connection', 'connection is not enabled for this client')
    return { client, connection }
  }

  function toAnswer({ reason, message, policy }: SignUpRefused): ConnectionError {
    if (reason === 'weak' && policy) return weak(policy)
    if (reason === 'exists') {
      // Auth0 says no more than that it did not work: who asks may be looking for accounts.
      return new ConnectionError(400, 'invalid_signup', 'Invalid sign up')
    }
    if (reason === 'disabled') return new ConnectionError(400, 'invalid_signup', 'Public signup is disabled')
    return new ConnectionError(400, 'invalid_signup', message)
  }
  return router
}

/** As Auth0's password sheriff words it. */
const weak = ({ rules, verified, policy }: PasswordVerdict) =>
  new ConnectionError(400, 'invalid_password', { rules, verified }, {
    name: 'PasswordStrengthError',
    message: 'Password is too weak',
    policy,
  }) // prettier-ignore

function read<Schema extends z.ZodType>(schema: Schema, req: Request, code: string): z.infer<Schema> {
  const result = schema.safeParse(req.body ?? {})
  if (result.success) return result.data
  const name = String(result.error.issues[0]?.path[0])
  const isMissing = (req.body as Record<string, unknown> | undefined)?.[name] === undefined
  throw new ConnectionError(400, code, isMissing ? `missing ${name} parameter` : `${name} is not valid`)
}

const errors: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error)
  if (error instanceof ConnectionError) return void res.status(error.status).json(error.body)
  const known = toRollcallError(error)
  if (!known) return next(error)
  res.status(known.status).json({ name: 'BadRequestError', code: 'invalid_request', description: known.message, statusCode: known.status }) // prettier-ignore
}
