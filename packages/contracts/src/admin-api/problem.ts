import { z } from 'zod'
import { ActionStep, FieldChange } from './actions.ts'

/** One fault in what was sent: where it is and how to mend it. */
export const FieldError = z
  .object({ path: z.string().meta({ example: 'query.perPage' }), message: z.string() })
  .meta({ id: 'FieldError' })
export type FieldError = z.infer<typeof FieldError>

/** Every refusal of the admin API: `application/problem+json` (RFC 9457). */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string().meta({ description: 'Stable, kebab-case; match on this.', example: 'user-not-found' }),
    requestId: z.string(),
    errors: z.array(FieldError).optional(),
    differences: z.array(FieldChange).optional().meta({
      description: 'What is otherwise than whoever asks supposed: `before` as they saw it, `after` as it is.',
    }),
    steps: z.array(ActionStep).optional().meta({ description: 'With `partly-done`: what was done and what was not.' }),
    userId: z.string().optional().meta({
      description: 'With `steps`: to whom. Of an invitation of which `create` is done: who was made.',
    }),
    missingScopes: z
      .array(z.string())
      .optional()
      .meta({
        description:
          'With `tenant-scope-missing`: any one of these scopes of the Management API, granted to CLIENT_ID, would do.',
        example: ['read:sessions'],
      }),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
