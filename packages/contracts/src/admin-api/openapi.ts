import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { Me } from './access.ts'
import { Problem } from './problem.ts'
import { ListUsersQuery, User, UserId, UserPage } from './users.ts'

export type AdminApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

const refusals = {
  400: 'Something sent is malformed; `errors` names every fault.',
  401: 'No access token, or one that is not valid (any more).',
  403: 'The access token lacks the permission.',
  404: 'There is no such user.',
  409: 'It would harm whoever asks: nobody deletes themself.',
  429: 'The tenant’s rate limit is used up; `Retry-After` says for how long.',
  502: 'The tenant answered, and its answer is of no use.',
  503: 'The tenant cannot be reached.',
} as const
type Refusal = keyof typeof refusals

const refused = (...statuses: Refusal[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: refusals[status], content: { 'application/problem+json': { schema: Problem } } },
    ]),
  )

const answered = (description: string, schema: z.ZodType) => ({
  200: { description, content: { 'application/json': { schema } } },
})

const onUser = z.object({ userId: UserId.meta({ description: 'Percent-encoded: write | as %7C.' }) })
const fromTenant = [429, 502, 503] as const

/**
 * The admin API as OpenAPI 3.1, from the schemas that also check what is sent.
 * @param serverUrl where the API is mounted, relative to the document or absolute
 */
export function adminApiDocument(serverUrl = '..'): AdminApiDocument {
  const registry = new OpenAPIRegistry()
  const bearer = registry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the tenant for the application’s own API; DPoP-bound tokens are taken too.',
  })
  const security = [{ [bearer.name]: [] }]

  registry.registerPath({
    method: 'get',
    path: '/api/me',
    operationId: 'getMe',
    summary: 'Who is asking, and what they may do',
    description: 'Any valid access token will do, so that somebody without permissions can be told so.',
    tags: ['Access'],
    security,
    responses: { ...answered('Whose token it is.', Me), ...refused(401, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users',
    operationId: 'listUsers',
    summary: 'List users',
    description: 'Needs `read:users`. Asking past `reachable` is refused with the code `beyond-reach`.',
    tags: ['Users'],
    security,
    request: { query: ListUsersQuery },
    responses: { ...answered('One page of users.', UserPage), ...refused(400, 401, 403, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/{userId}',
    operationId: 'getUser',
    summary: 'Get one user',
    description: 'Needs `read:users`.',
    tags: ['Users'],
    security,
    request: { params: onUser },
    responses: { ...answered('The user.', User), ...refused(400, 401, 403, 404, ...fromTenant) },
  })
  registry.registerPath({
    method: 'delete',
    path: '/api/users/{userId}',
    operationId: 'deleteUser',
    summary: 'Delete a user for good',
    description: 'Needs `delete:users`. Linked identities go too.',
    tags: ['Users'],
    security,
    request: { params: onUser },
    responses: { 204: { description: 'The user is gone.' }, ...refused(400, 401, 403, 404, 409, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Whether the server runs',
    tags: ['Operation'],
    responses: answered('It does.', z.object({ status: z.literal('ok') })),
  })
  registry.registerPath({
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Whether the server can do its work: the tenant answers',
    tags: ['Operation'],
    responses: { ...answered('It can.', z.object({ status: z.literal('ready') })), ...refused(503) },
  })

  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Rollcall admin API',
      version: '0.1.0',
      description:
        'What the dashboard uses, for scripts too. Every refusal is `application/problem+json` (RFC 9457): match on `code`, quote `requestId`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl, description: 'Where Rollcall is mounted.' }],
  })
}
