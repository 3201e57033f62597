import type { ActionOutcome, Permission } from '@rollcall/contracts/admin-api'
import type { ManagementUser } from '@rollcall/contracts/management-api'
import type { RollcallError } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { z } from 'zod'
import type { RunStep, UndoPlan } from '../store/schema.ts'
import type { Fact, StateReader } from './facts.ts'
import type { UserState } from './user-state.ts'

/** Something worth knowing before an action is done, or in its way: a stable code and a sentence. */
export interface Remark {
  code: string
  message: string
  /** The other users it is about. */
  userIds?: string[]
  /** What it is about, as far as whoever asks may see that: the sentence goes on with these. */
  fields?: string[]
}

export interface ActionPlan {
  /**
   * The fields it changes, with the values they are to have. How a run that was interrupted ended is told by comparing them with the tenant:
   * empty for what leaves no trace there.
   */
  wanted: Record<string, unknown>
  warnings: Remark[]
  /** Why these parameters are of no use to this user. */
  obstacle?: Remark | undefined
  undo: UndoPlan
  /** What it does one after the other, each whether or not the others go well; absent: it is one thing. */
  steps?: RunStep[]
}

/** How whoever did a step found it to go. */
export interface StepReport {
  step: string
  /** Absent, as `skipped` is: it was done. */
  error?: RollcallError
  /** Why it was left out, once it was known how the others went. */
  skipped?: Remark
}

/** By what an action does its work. */
export interface ActionTools extends StateReader {
  tenant: StateReader['tenant'] & Pick<TenantClient, 'changes'>
  /** The application that staff sign in to. */
  spaClientId: string
  /** What the plan wants, as the tenant has it now. */
  lookAgain(): Promise<StateAfter>
}

/** What the tenant has answered to a change. What is left out is as it was before. */
export interface StateAfter extends Omit<UserState, 'user' | 'allRoles'> {
  /** null: they are gone. */
  user?: ManagementUser | null
  /** Other users who are no more. */
  departed?: string[]
  /** For whoever asked, in this one answer: it is recorded nowhere. */
  shownOnce?: NonNullable<ActionOutcome['shownOnce']>
  steps?: StepReport[]
}

export interface ActionTarget<Params> {
  userId: string
  runId: string
  state: KnownState
  params: Params
}

export interface KnownState extends UserState {
  user: ManagementUser
}

/** A change to a user, declared once: the routes, the check, the preview, the audit entries and the undo follow from it. */
export interface Action<Params = unknown> {
  /** `user.block`: public, so renaming one is a breaking change. */
  name: string
  /** In the documentation of the API. */
  summary: string
  permission: Permission
  params: z.ZodType<Params>
  /** What a preview takes in their place; absent: the same. */
  previewParams?: z.ZodType
  /** Those of the parameters that are kept nowhere, in no form. */
  secrets?: readonly string[]
  /** What these parameters need besides the permission. */
  alsoNeeds?(params: Params): readonly Permission[]
  /** Values of fields that were written, rather than found: they have to be such as the team says of its fields. */
  written?(params: Params): Record<string, unknown>
  /** Other users to whom it is done. */
  alsoConcerns?(params: Params): string[]
  /** What is answered to whoever would do it to themself; absent: they may. */
  refusalToThemself?: Remark
  /** What has to be known besides the user. */
  facts?(params: Params): Fact[]
  /** Why it cannot be done to this user, whatever the parameters. */
  obstacle?(user: ManagementUser, known: Pick<UserState, 'deletion' | 'kept'>): Remark | undefined
  /**
   * It makes somebody: how the id that Rollcall chooses for them is to begin, such as `auth0`. Absent: it is done to somebody who has an id.
   * @throws InvalidInput for what the tenant has no place for
   */
  idPrefix?(reader: StateReader, params: Params): Promise<string>
  /** It may be done to somebody whom the tenant does not have: `plan` and `run` then have to take a state without a user. */
  isForAbsent?: boolean
  /** It may be done to many at once: what it takes fits them all alike. */
  isForMany?: true
  /** What it would do, from nothing but this. */
  plan(state: KnownState, params: Params): ActionPlan
  /** Does it. Every call of `tenant.changes` and of `bin.changes` is a step at which the process may die. @returns what is otherwise since */
  run(tools: ActionTools, target: ActionTarget<Params>): Promise<StateAfter>
}

/** @returns the same, its parameters known to itself alone */
export function defineAction<Schema extends z.ZodType>(
  action: Omit<Action<z.output<Schema>>, 'params'> & { params: Schema },
): Action {
  return action as Action
}
