import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { Me, type Permission } from './access.ts'
import {
  actionEnvelope,
  ActionList,
  ActionOutcome,
  ActionPreview,
  ActionRun,
  IdempotencyKey,
  UndoRequest,
} from './actions.ts'
import { ApiList } from './apis.ts'
import { AuditEntry, AuditPage, AuditQuery, ExportAuditQuery } from './audit.ts'
import { CleanUp } from './clean-up.ts'
import { DeletedUserPage, DeletedUsersQuery, RecycleBinReport } from './deleted-users.ts'
import { Change, DirectoryStatus } from './directory.ts'
import {
  Activity,
  ActivityQuery,
  Breakdown,
  BreakdownQuery,
  FieldValues,
  FieldValuesQuery,
  MetadataPaths,
} from './insights.ts'
import { describeImports } from './openapi-imports.ts'
import { ConnectionList } from './new-user.ts'
import { describeJobs } from './openapi-jobs.ts'
import { NoteContent, TagList, TagsChange, UserNote, UserNotes, UserTags } from './notes.ts'
import { PersonalData, PersonalDataRequest } from './personal-data.ts'
import { Problem } from './problem.ts'
import {
  CountUsersQuery,
  ExportUsersQuery,
  ListUsersQuery,
  RefreshUsersQuery,
  User,
  UserCount,
  UserId,
  UserPage,
  UserSummary,
} from './users.ts'
import { AccessExplanation, AccessQuery, UserOrganizations, UserPermissions, UserRoles } from './user-page/access.ts'
import { RelatedUsers, UserIdentities } from './user-page/accounts.ts'
import { UserCounts } from './user-page/counts.ts'
import { UserBlocks, UserFactors, UserRefreshTokens, UserSessions } from './user-page/sign-ins.ts'
import { TimelineQuery, UserTimeline } from './user-page/timeline.ts'
import { View, ViewContent, ViewList } from './views.ts'

export type AdminApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

const refusals = {
  400: 'Something sent is malformed; `errors` names every fault.',
  401: 'No access token, or one that is not valid (any more).',
  403: 'The access token lacks the permission.',
  404: 'There is no such thing.',
  409: 'It cannot be done as things are: it would harm whoever asks, or the directory it needs is not there.',
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

/** What the document says of an action. */
export interface DescribedAction {
  name: string
  summary: string
  permission: Permission
  params: z.ZodType
  /** What a preview takes in their place. */
  previewParams?: z.ZodType
  /** It makes somebody, whose id is not in the path. */
  idPrefix?: unknown
}

/** `user.assign-roles` becomes `userAssignRoles`. */
const camel = (words: string) => words.replace(/[.-](.)/g, (_, letter: string) => letter.toUpperCase())

interface UserPart {
  path: string
  operationId: string
  summary: string
  answer: z.ZodType
  more?: string
  query?: z.ZodObject
  permission?: string
}

/** What there is to one user. Where the tenant refuses a part for want of a scope, `missingScopes` names it. */
const userParts: UserPart[] = [
  {
    path: 'summary',
    operationId: 'countUserParts',
    summary: 'How much there is to a user',
    more: 'Each count may fail alone.',
    answer: UserCounts,
  },
  {
    path: 'identities',
    operationId: 'listUserIdentities',
    summary: 'The accounts they can sign in with',
    more: 'Never with an identity provider’s token.',
    answer: UserIdentities,
  },
  {
    path: 'roles',
    operationId: 'listUserRoles',
    summary: 'Their roles, and how they come by each',
    answer: UserRoles,
  },
  {
    path: 'permissions',
    operationId: 'listUserPermissions',
    summary: 'Their permissions, and every way by which they come by each',
    answer: UserPermissions,
  },
  {
    path: 'access',
    operationId: 'explainUserAccess',
    summary: 'Why they have a permission, and who else has it',
    query: AccessQuery,
    answer: AccessExplanation,
  },
  {
    path: 'organizations',
    operationId: 'listUserOrganizations',
    summary: 'Their organizations, and what they are in each',
    answer: UserOrganizations,
  },
  { path: 'sessions', operationId: 'listUserSessions', summary: 'Where they are signed in', answer: UserSessions },
  {
    path: 'refresh-tokens',
    operationId: 'listUserRefreshTokens',
    summary: 'Which applications they gave lasting access',
    answer: UserRefreshTokens,
  },
  {
    path: 'factors',
    operationId: 'listUserFactors',
    summary: 'Their second factors and passkeys',
    answer: UserFactors,
  },
  {
    path: 'blocks',
    operationId: 'listUserBlocks',
    summary: 'Where brute-force protection keeps them out',
    answer: UserBlocks,
  },
  {
    path: 'related',
    operationId: 'findRelatedUsers',
    summary: 'Other accounts with their e-mail address',
    answer: RelatedUsers,
  },
  {
    path: 'timeline',
    operationId: 'listUserTimeline',
    summary: 'What the tenant logged about them, newest first',
    permission: 'read:logs',
    query: TimelineQuery,
    answer: UserTimeline,
  },
]

/**
 * The admin API as OpenAPI 3.1, from the schemas that also check what is sent.
 * @param actions every change to a user, as the server declares them
 * @param serverUrl where the API is mounted, relative to the document or absolute
 */
export function adminApiDocument(actions: readonly DescribedAction[], serverUrl = '..'): AdminApiDocument {
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
    description:
      'Needs `read:users`. Goes on by `next`, without a limit. Where the tenant is asked live, what only the directory can answer is refused with the codes `filter-needs-directory` and `sort-needs-directory`.',
    tags: ['Users'],
    security,
    request: { query: ListUsersQuery },
    responses: { ...answered('One page of users.', UserPage), ...refused(400, 401, 403, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/count',
    operationId: 'countUsers',
    summary: 'Count users',
    description: 'Needs `read:users`.',
    tags: ['Users'],
    security,
    request: { query: CountUsersQuery },
    responses: { ...answered('How many match.', UserCount), ...refused(400, 401, 403, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/refresh',
    operationId: 'refreshUsers',
    summary: 'Some users of a list, as they are now',
    description: 'Needs `read:users`. Who is gone is left out.',
    tags: ['Users'],
    security,
    request: { query: RefreshUsersQuery },
    responses: {
      ...answered('Those who are still there, in no order.', z.object({ users: z.array(UserSummary) })),
      ...refused(400, 401, 403, ...fromTenant),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/export',
    operationId: 'exportUsers',
    summary: 'Export users',
    description:
      'Needs `export:users`, and `read:users` for a filter by `note`. Streams all who match; `X-Total-Count` says how many. In CSV, text that a spreadsheet would take for a formula has an apostrophe before it. An identity provider’s tokens are in no format.',
    tags: ['Users'],
    security,
    request: { query: ExportUsersQuery },
    responses: {
      200: {
        description: 'A line or an item for each user.',
        content: {
          'text/csv': { schema: z.string() },
          'application/x-ndjson': { schema: z.string() },
          'application/json': { schema: z.array(z.record(z.string(), z.unknown())) },
        },
      },
      ...refused(400, 401, 403, 409, 429),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/breakdown',
    operationId: 'breakDownUsers',
    summary: 'Divide users into groups, with a filter for each',
    description: 'Needs `read:users`.',
    tags: ['Insights'],
    security,
    request: { query: BreakdownQuery },
    responses: { ...answered('The groups, the largest first.', Breakdown), ...refused(400, 401, 403, 409) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/field-values',
    operationId: 'listFieldValues',
    summary: 'What a field of the filter language can be asked for',
    description: 'Needs `read:users`.',
    tags: ['Insights'],
    security,
    request: { query: FieldValuesQuery },
    responses: { ...answered('The most frequent values.', FieldValues), ...refused(400, 401, 403, 409) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/metadata-paths',
    operationId: 'listMetadataPaths',
    summary: 'The metadata paths that users have',
    description: 'Needs `read:users`.',
    tags: ['Insights'],
    security,
    responses: { ...answered('The most frequent paths.', MetadataPaths), ...refused(401, 403, 409) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/activity',
    operationId: 'listActivity',
    summary: 'Sign-ups, sign-ins, failures and active users, by day',
    description: 'Needs `read:users`.',
    tags: ['Insights'],
    security,
    request: { query: ActivityQuery },
    responses: { ...answered('Every day, the oldest first.', Activity), ...refused(400, 401, 403, 409) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/directory',
    operationId: 'getDirectory',
    summary: 'How far Rollcall’s copy of the users is',
    description: 'Needs `read:users`.',
    tags: ['Directory'],
    security,
    responses: { ...answered('Its state.', DirectoryStatus), ...refused(401, 403) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/changes',
    operationId: 'followChanges',
    summary: 'What changes, as server-sent events',
    description:
      'Needs `read:users`. Ends with the access token; ask again with a new one, and take everything as changed.',
    tags: ['Directory'],
    security,
    responses: {
      200: { description: 'An event for each change.', content: { 'text/event-stream': { schema: Change } } },
      ...refused(401, 403, 429),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/views',
    operationId: 'listViews',
    summary: 'One’s own views and those that are shared',
    description: 'Needs `read:users`.',
    tags: ['Views'],
    security,
    responses: { ...answered('By name.', ViewList), ...refused(401, 403) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/clean-up',
    operationId: 'getCleanUp',
    summary: 'Who may be no user any more, and what is suggested for them',
    description: 'Needs `read:users`. How many they are, `GET /api/users/count` tells; for what is done to them there are jobs and schedules.',
    tags: ['Jobs'],
    security,
    responses: { ...answered('Every segment.', CleanUp), ...refused(401, 403) },
  }) // prettier-ignore
  const viewBody = { body: { content: { 'application/json': { schema: ViewContent } } } }
  const onView = z.object({ viewId: z.uuid() })
  registry.registerPath({
    method: 'post',
    path: '/api/views',
    operationId: 'createView',
    summary: 'Keep a view',
    description: 'Needs `read:users`, and `manage:views` to share it.',
    tags: ['Views'],
    security,
    request: viewBody,
    responses: {
      201: { description: 'The view.', content: { 'application/json': { schema: View } } },
      ...refused(400, 401, 403, 409),
    },
  })
  registry.registerPath({
    method: 'put',
    path: '/api/views/{viewId}',
    operationId: 'changeView',
    summary: 'Change a view',
    description: 'Needs `read:users`, and `manage:views` for one that is shared or is to be.',
    tags: ['Views'],
    security,
    request: { params: onView, ...viewBody },
    responses: { ...answered('The view.', View), ...refused(400, 401, 403, 404) },
  })
  registry.registerPath({
    method: 'delete',
    path: '/api/views/{viewId}',
    operationId: 'deleteView',
    summary: 'Delete a view',
    description: 'Needs `read:users`, and `manage:views` for one that is shared.',
    tags: ['Views'],
    security,
    request: { params: onView },
    responses: { 204: { description: 'The view is gone.' }, ...refused(401, 403, 404) },
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
    summary: 'Delete a user at once',
    description:
      'Needs `delete:users`. The same as the action `user.delete`, without parameters: they can be restored from the recycle bin for a time. Linked identities go too. To block and hide them first, and delete them in some days, do `user.schedule-deletion`.',
    tags: ['Users'],
    security,
    request: { params: onUser },
    responses: { 204: { description: 'The user is gone.' }, ...refused(400, 401, 403, 404, 409, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/deleted-users',
    operationId: 'listDeletedUsers',
    summary: 'Who is to be deleted, and who is deleted and can be restored',
    description:
      'Needs `read:users`. They are kept by `user.cancel-deletion` and `user.restore`, and what is kept of them is destroyed by `user.purge`.',
    tags: ['Users'],
    security,
    request: { query: DeletedUsersQuery },
    responses: { ...answered('One page, the latest first.', DeletedUserPage), ...refused(400, 401, 403, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/deleted-users/report',
    operationId: 'reportDeletedUsers',
    summary: 'How much the recycle bin keeps of whom, and what becomes of it when',
    description: 'Needs `read:users`. Each number is that of a list that `GET /api/deleted-users` answers.',
    tags: ['Users'],
    security,
    responses: { ...answered('As it is now.', RecycleBinReport), ...refused(401, 403, 503) },
  })
  for (const part of userParts) {
    registry.registerPath({
      method: 'get',
      path: `/api/users/{userId}/${part.path}`,
      operationId: part.operationId,
      summary: part.summary,
      description: `Needs \`${part.permission ?? 'read:users'}\`.${part.more ? ` ${part.more}` : ''}`,
      tags: ['One user'],
      security,
      request: { params: onUser, ...(part.query && { query: part.query }) },
      responses: { ...answered('What there is.', part.answer), ...refused(400, 401, 403, 404, ...fromTenant) },
    })
  }
  const bodyOf = (schema: z.ZodType) => ({ body: { content: { 'application/json': { schema } } } })
  const onNote = onUser.extend({ noteId: z.uuid() })
  const says = {
    reading: 'Needs `read:users`. Rollcall’s own: the tenant knows nothing of it.',
    writing: 'Needs `read:users` and `update:users`. Recorded in the audit log.',
  }
  registry.registerPath({
    method: 'get',
    path: '/api/users/{userId}/notes',
    operationId: 'listUserNotes',
    summary: 'What staff have noted about a user',
    description: says.reading,
    tags: ['Notes and tags'],
    security,
    request: { params: onUser },
    responses: { ...answered('The newest first.', UserNotes), ...refused(400, 401, 403, 503) },
  })
  registry.registerPath({
    method: 'post',
    path: '/api/users/{userId}/notes',
    operationId: 'addUserNote',
    summary: 'Note something about a user',
    description: says.writing,
    tags: ['Notes and tags'],
    security,
    request: { params: onUser, ...bodyOf(NoteContent) },
    responses: {
      201: { description: 'The note.', content: { 'application/json': { schema: UserNote } } },
      ...refused(400, 401, 403, 404, 409, ...fromTenant),
    },
  })
  registry.registerPath({
    method: 'put',
    path: '/api/users/{userId}/notes/{noteId}',
    operationId: 'editUserNote',
    summary: 'Write one’s own note anew',
    description: says.writing,
    tags: ['Notes and tags'],
    security,
    request: { params: onNote, ...bodyOf(NoteContent) },
    responses: { ...answered('The note.', UserNote), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'delete',
    path: '/api/users/{userId}/notes/{noteId}',
    operationId: 'deleteUserNote',
    summary: 'Delete one’s own note, or with `manage:users` anybody’s',
    description: says.writing,
    tags: ['Notes and tags'],
    security,
    request: { params: onNote },
    responses: { 204: { description: 'The note is gone.' }, ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/{userId}/tags',
    operationId: 'listUserTags',
    summary: 'The tags that staff gave a user',
    description: says.reading,
    tags: ['Notes and tags'],
    security,
    request: { params: onUser },
    responses: { ...answered('Their tags.', UserTags), ...refused(400, 401, 403, 503) },
  })
  registry.registerPath({
    method: 'put',
    path: '/api/users/{userId}/tags',
    operationId: 'changeUserTags',
    summary: 'Give a user these tags, and no others',
    description: says.writing,
    tags: ['Notes and tags'],
    security,
    request: { params: onUser, ...bodyOf(TagsChange) },
    responses: { ...answered('Their tags.', UserTags), ...refused(400, 401, 403, 404, 409, ...fromTenant) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/tags',
    operationId: 'listTags',
    summary: 'All tags there are, and how many users have each',
    description: says.reading,
    tags: ['Notes and tags'],
    security,
    responses: { ...answered('The most frequent first.', TagList), ...refused(401, 403, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/users/{userId}/actions',
    operationId: 'listActions',
    summary: 'What you may do to a user as they are, and why not the rest',
    description: 'Needs `read:users`.',
    tags: ['Actions'],
    security,
    request: { params: onUser },
    responses: { ...answered('Every action.', ActionList), ...refused(400, 401, 403, 404, ...fromTenant) },
  })
  registry.registerPath({
    method: 'post',
    path: '/api/users/{userId}/personal-data',
    operationId: 'exportPersonalData',
    summary: 'Everything that is held on one person, for them',
    description:
      'Needs `read:users` and `export:users`; the tenant’s log in it `read:logs`, and what staff did `read:audit`. What could not be had is named in `missing`. Recorded in the audit log before it is handed out, as `user.export-data`.',
    tags: ['Users'],
    security,
    request: { params: onUser, ...bodyOf(PersonalDataRequest) },
    responses: {
      200: {
        description: 'A file.',
        content: { 'application/json': { schema: PersonalData }, 'text/html': { schema: z.string() } },
      },
      ...refused(400, 401, 403, 404, ...fromTenant),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/connections',
    operationId: 'listConnections',
    summary: 'Where new users can be made',
    description: 'Needs `create:users`. Databases, and passwordless connections; accounts at other providers are made by signing in there.',
    tags: ['Actions'],
    security,
    responses: { ...answered('Every one.', ConnectionList), ...refused(401, 403, ...fromTenant) },
  }) // prettier-ignore
  registry.registerPath({
    method: 'get',
    path: '/api/apis',
    operationId: 'listApis',
    summary: 'The permissions that there are to give, by API',
    description: 'Needs `manage:roles`.',
    tags: ['Actions'],
    security,
    responses: { ...answered('Every API.', ApiList), ...refused(401, 403, ...fromTenant) },
  })
  const once = z.object({ 'Idempotency-Key': IdempotencyKey.optional() })
  const optionalIfEmpty = (schema: z.ZodType) => (schema.safeParse({}).success ? schema.optional() : schema)
  for (const { name, summary, permission, params: schema, previewParams = schema, idPrefix } of actions) {
    const params = optionalIfEmpty(schema)
    const isOfNew = idPrefix !== undefined
    const path = isOfNew ? `/api/users/actions/${name}` : `/api/users/{userId}/actions/${name}`
    const whom = isOfNew ? {} : { params: onUser }
    registry.registerPath({
      method: 'post',
      path,
      operationId: camel(name),
      summary,
      description: `Needs \`read:users\` and \`${permission}\`. Recorded in the audit log before and after.`,
      tags: ['Actions'],
      security,
      request: { ...whom, headers: once, ...bodyOf(z.strictObject({ params, ...actionEnvelope })) },
      responses: { ...answered('It is done.', ActionOutcome), ...refused(400, 401, 403, 404, 409, ...fromTenant) },
    })
    registry.registerPath({
      method: 'post',
      path: `${path}/preview`,
      operationId: camel(`preview.${name}`),
      summary: `${summary}: what it would do`,
      description: `Needs \`read:users\` and \`${permission}\`. Changes nothing.`,
      tags: ['Actions'],
      security,
      request: { ...whom, ...bodyOf(z.strictObject({ params: optionalIfEmpty(previewParams) })) },
      responses: {
        ...answered('What would change.', ActionPreview),
        ...refused(400, 401, 403, 404, 409, ...fromTenant),
      },
    })
  }
  const onRun = z.object({ runId: z.uuid() })
  registry.registerPath({
    method: 'get',
    path: '/api/actions/{runId}',
    operationId: 'getActionRun',
    summary: 'How an action went',
    description: 'Needs `read:users`, and for what others did `read:audit`.',
    tags: ['Actions'],
    security,
    request: { params: onRun },
    responses: { ...answered('The run.', ActionRun), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'post',
    path: '/api/actions/{runId}/undo',
    operationId: 'undoAction',
    summary: 'Put back what an action has changed',
    description:
      'Needs `read:users` and the permission of the action that is its opposite. Refused with `changed-since` where it would overwrite what somebody has done since.',
    tags: ['Actions'],
    security,
    request: { params: onRun, headers: once, ...bodyOf(UndoRequest) },
    responses: { ...answered('It is undone.', ActionOutcome), ...refused(400, 401, 403, 404, 409, ...fromTenant) },
  })
  describeImports(registry, {
    security,
    answered,
    refused: (...statuses) => refused(...(statuses as Refusal[])),
    bodyOf,
  })
  describeJobs(registry, { security, answered, refused: (...statuses) => refused(...(statuses as Refusal[])), bodyOf })
  registry.registerPath({
    method: 'get',
    path: '/api/audit',
    operationId: 'listAudit',
    summary: 'What staff did to users, newest first',
    description: 'Needs `read:audit`. Of one user: `subject`.',
    tags: ['Audit'],
    security,
    request: { query: AuditQuery },
    responses: { ...answered('One page of entries.', AuditPage), ...refused(400, 401, 403, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/audit/export',
    operationId: 'exportAudit',
    summary: 'Export the audit log',
    description: 'Needs `read:audit`. Streams all that match, newest first.',
    tags: ['Audit'],
    security,
    request: { query: ExportAuditQuery },
    responses: {
      200: {
        description: 'A line for each entry.',
        content: { 'text/csv': { schema: z.string() }, 'application/x-ndjson': { schema: AuditEntry } },
      },
      ...refused(400, 401, 403, 429, 503),
    },
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
