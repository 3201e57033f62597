import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import {
  ImportConnections,
  ImportPage,
  ImportPlan,
  ImportReportQuery,
  ImportRowPage,
  ImportRowsQuery,
  ImportsQuery,
  NewImportQuery,
  StartImport,
  UserImport,
} from './imports.ts'
import type { OpenApiTools } from './openapi-tools.ts'

/** The paths of imports: users from a file. */
export function describeImports(
  registry: OpenAPIRegistry,
  { security, answered, refused, bodyOf }: OpenApiTools,
): void {
  const tags = ['Imports']
  const onImport = z.object({ importId: z.uuid() })
  const seeing = 'Needs `read:users`; of others’ imports, `read:audit` as well.'
  const file = {
    schema: z.string().meta({ description: 'The file as it is, in UTF-8. At most 1 GiB and a million rows.' }),
  }

  registry.registerPath({
    method: 'post',
    path: '/api/imports',
    operationId: 'createImport',
    summary: 'Upload a file of users and have it checked',
    description:
      'Needs `read:users`, `create:users`, `manage:jobs`, and for `mode=upsert` `update:users`. The body is the file. It is taken in whole or not at all; its columns are guessed and every row is checked in the background. Nothing is sent to the tenant before it is started.',
    tags,
    security,
    request: {
      query: NewImportQuery,
      body: { required: true, content: { 'text/csv': file, 'application/json': file, 'application/x-ndjson': file } },
    },
    responses: {
      201: { description: 'The import, being checked.', content: { 'application/json': { schema: UserImport } } },
      ...refused(400, 401, 403, 429, 502, 503),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/imports',
    operationId: 'listImports',
    summary: 'List imports',
    description: seeing,
    tags,
    security,
    request: { query: ImportsQuery },
    responses: { ...answered('One page.', ImportPage), ...refused(400, 401, 403, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/imports/connections',
    operationId: 'listImportConnections',
    summary: 'Where users can be imported into',
    description: 'Needs `read:users`, `create:users` and `manage:jobs`.',
    tags,
    security,
    responses: {
      ...answered('The tenant’s database connections.', ImportConnections),
      ...refused(401, 403, 429, 502, 503),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/imports/{importId}',
    operationId: 'getImport',
    summary: 'Get one import, what its check found and how far it is',
    description: seeing,
    tags,
    security,
    request: { params: onImport },
    responses: { ...answered('The import.', UserImport), ...refused(400, 401, 403, 404, 503) },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/imports/{importId}/rows',
    operationId: 'listImportRows',
    summary: 'What became of each row',
    description: `${seeing} Never with a password hash.`,
    tags,
    security,
    request: { params: onImport, query: ImportRowsQuery },
    responses: {
      ...answered('One page, in the order of the file.', ImportRowPage),
      ...refused(400, 401, 403, 404, 503),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/imports/{importId}/report',
    operationId: 'reportImport',
    summary: 'The rows that have a problem, or all, as CSV',
    description: `${seeing} Line, state, address, username, code and message of each.`,
    tags,
    security,
    request: { params: onImport, query: ImportReportQuery },
    responses: {
      200: { description: 'In the order of the file.', content: { 'text/csv': { schema: z.string() } } },
      ...refused(400, 401, 403, 404, 429, 503),
    },
  })
  const own = 'Needs what uploading it needed, and that it is one’s own.'
  const steps = [
    { path: 'plan', summary: 'Say what the columns are, where it goes, and what happens to those who are there', body: ImportPlan, more: `${own} All rows are checked again. Not for an import that has been started.`, isRecorded: false },
    { path: 'start', summary: 'Start it', body: StartImport, more: own, isRecorded: true },
    { path: 'pause', summary: 'Pause it', more: 'What has been sent is finished. Needs `manage:jobs`.', isRecorded: true },
    { path: 'resume', summary: 'Go on with it', more: own, isRecorded: true },
    { path: 'cancel', summary: 'End it; whoever still waits is not imported', more: 'Who has been imported stays. Needs `manage:jobs`.', isRecorded: true },
  ] as const // prettier-ignore
  for (const { path, summary, more, isRecorded, ...step } of steps) {
    registry.registerPath({
      method: 'post',
      path: `/api/imports/{importId}/${path}`,
      operationId: `${path}Import`,
      summary,
      description: isRecorded ? `${more} Recorded in the audit log.` : more,
      tags,
      security,
      request: { params: onImport, ...('body' in step && bodyOf(step.body)) },
      responses: { ...answered('The import.', UserImport), ...refused(400, 401, 403, 404, 409, 503) },
    })
  }
}
