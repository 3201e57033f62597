import { z } from 'zod'
import { noControlCharacter, notTooDeep } from './query-values.ts'
import { User } from './users.ts'

/** Why something is done, for the audit log. */
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine(...noControlCharacter)
  .meta({ description: 'Why, for the audit log. Some actions need one (`reason-required`).' })

/**
 * A field of a user and two values of it, by the name the filter language has for it: `name`, `blocked`, `user_metadata.plan` (metadata by its
 * first level), and besides `roles`, `permissions` (those given directly), `identities`, `brute_force_blocks`, `sessions`, `refresh_tokens` (how many
 * are open), and `user` for the whole of them. One of several goes by its id: `organizations.org_1`, `factors.…`, `sessions.…`, `refresh_tokens.…`.
 * Of `password` nothing is told but that a new one was `set`. `deletion` is when it is due, `account` whether the tenant has them, `connection`
 * where it was made, `in_recycle_bin` whether they are kept there, `access` what is given to them.
 */
export const FieldChange = z
  .object({ field: z.string(), before: z.unknown(), after: z.unknown() })
  .meta({ id: 'FieldChange' })
export type FieldChange = z.infer<typeof FieldChange>

/** What the actor had before them when they decided. */
export const BasedOn = z
  .strictObject({
    updatedAt: z.iso.datetime().meta({ description: 'The `updatedAt` of the user that was looked at.' }),
    fields: z
      .record(z.string().max(300), z.unknown().refine(...notTooDeep))
      .optional()
      .meta({
        description:
          'The fields that matter, as they were seen: then a change of any other field, or a sign-in, is no conflict. Without them every change since is.',
      }),
  })
  .meta({ id: 'BasedOn' })
export type BasedOn = z.infer<typeof BasedOn>

/** What goes with the parameters of every action. */
export const actionEnvelope = { reason: Reason.optional(), basedOn: BasedOn.optional() }

/** Repeating a request with the same key gives the outcome of the first. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'Expected 1 to 128 visible ASCII characters.')
  .meta({ description: 'The same key with the same request does it once, and answers the same outcome.' })

export const UndoRequest = z.strictObject({ reason: Reason.optional() })
export type UndoRequest = z.infer<typeof UndoRequest>

export const ActionWarning = z
  .object({
    code: z.string().meta({ description: 'Stable, kebab-case.' }),
    message: z.string(),
    userIds: z.array(z.string()).optional().meta({ description: 'The other users it is about.' }),
  })
  .meta({ id: 'ActionWarning' })

/** What an action would do now. */
export const ActionPreview = z
  .object({
    action: z.string(),
    userId: z
      .string()
      .nullable()
      .meta({ description: 'null: they are not there, and their id is chosen when they are made.' }),
    changes: z.array(FieldChange),
    warnings: z.array(ActionWarning),
    obstacle: ActionWarning.nullable().meta({ description: 'Why it cannot be done as things are.' }),
    undo: z.object({ isPossible: z.boolean(), why: z.string().nullable() }),
    needsReason: z.boolean(),
    basedOn: BasedOn.optional().meta({
      description:
        'To send along when it is done: the state this preview is of. Absent for somebody whom the tenant does not have.',
    }),
  })
  .meta({ id: 'ActionPreview' })
export type ActionPreview = z.infer<typeof ActionPreview>

export const ActionPhase = z.enum(['started', 'done', 'failed', 'not-begun'])
export type ActionPhase = z.infer<typeof ActionPhase>

/** One of the things that an action does one after the other, each whether or not the others went well. */
export const ActionStep = z
  .object({
    step: z.string().meta({ example: 'end-sessions' }),
    result: z.enum(['started', 'done', 'failed', 'skipped', 'unknown']).meta({
      description: '`skipped`: it is nothing for this user, or out of reach. `unknown`: nothing in the tenant tells.',
    }),
    problem: ActionWarning.nullable().meta({ description: 'Why it was not done.' }),
  })
  .meta({ id: 'ActionStep' })
export type ActionStep = z.infer<typeof ActionStep>

/** One action done to one user. */
export const ActionRun = z
  .object({
    runId: z.uuid(),
    action: z.string(),
    userId: z.string(),
    actorId: z.string(),
    phase: ActionPhase.meta({
      description:
        '`started`: under way, or its server died and it is being settled. `not-begun`: settled, and the tenant shows nothing of it.',
    }),
    reason: z.string().nullable(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    changes: z.array(FieldChange).meta({ description: 'What it has changed, as far as is known.' }),
    failure: z.object({ status: z.int(), code: z.string(), message: z.string() }).nullable(),
    steps: z.array(ActionStep).meta({ description: 'Empty: it is one thing.' }),
    accessTokensUntil: z.iso.datetime().nullable().meta({
      description:
        'After `user.contain`: until then an access token that was issued before may be good, by the longest lifetime of an API; null: not known.',
    }),
    undo: z.object({
      isPossible: z.boolean(),
      until: z.iso.datetime().nullable(),
      why: z.string().nullable().meta({ description: 'Why not.' }),
    }),
    undoOf: z.uuid().nullable().meta({ description: 'The run that this one undoes.' }),
    undoneBy: z.uuid().nullable(),
  })
  .meta({ id: 'ActionRun' })
export type ActionRun = z.infer<typeof ActionRun>

export const ActionOutcome = z
  .object({
    run: ActionRun,
    user: User.nullable().meta({ description: 'As they are after it; null: they are gone.' }),
    shownOnce: z
      .union([
        z.object({ link: z.url(), expiresAt: z.iso.datetime() }),
        z.object({ recoveryCode: z.string() }),
        z.object({
          tokens: z.array(z.object({ name: z.string().meta({ example: 'access_token' }), token: z.string() })),
        }),
      ])
      .nullable()
      .meta({ description: 'Told in this answer and kept nowhere: whoever repeats the request is not told again.' }),
  })
  .meta({ id: 'ActionOutcome' })
export type ActionOutcome = z.infer<typeof ActionOutcome>

export const ActionList = z
  .object({
    actions: z.array(
      z.object({
        name: z.string(),
        isPossible: z.boolean(),
        obstacle: ActionWarning.nullable().meta({ description: 'Why not.' }),
        needsReason: z.boolean(),
        needsApproval: z.boolean().meta({ description: 'A second person has to approve it: plan a job.' }),
      }),
    ),
    deleteAfterDays: z.int().meta({ description: 'Between `user.schedule-deletion` and the deletion.' }),
  })
  .meta({ id: 'ActionList' })
export type ActionList = z.infer<typeof ActionList>
