import type { ManagementApi } from '@rollcall/contracts/management-api'
import { z } from 'zod'
import type { RunStep } from '../../store/schema.ts'
import { unguessablePassword } from '../../unguessable-password.ts'
import { ownDatabaseIdentity } from '../database-identity.ts'
import { defineAction, type ActionTools, type KnownState, type Remark, type StateAfter } from '../define-action.ts'
import { noPassword, sessionsOutOfReach, tokensLive } from '../remarks.ts'
import { inSteps, planStep } from '../steps.ts'

const Params = z.strictObject({
  resetPassword: z.boolean().default(false).meta({
    description: 'A password that nobody knows takes the place of theirs. Needs `manage:credentials` as well.',
  }),
  resetMfa: z
    .boolean()
    .default(false)
    .meta({ description: 'Their second factors and passkeys go. Needs `manage:credentials` as well.' }),
})
type Params = z.infer<typeof Params>

/** For an account that somebody else has got into: they are out, and stay out until they are unblocked. */
export const containUser = defineAction({
  name: 'user.contain',
  summary:
    'Shut whoever uses an account out of it: block, sessions, refresh tokens, and if asked password and second factors',
  permission: 'update:users',
  isForMany: true,
  params: Params,
  alsoNeeds: ({ resetPassword, resetMfa }) => (resetPassword || resetMfa ? ['manage:credentials'] : []),
  refusalToThemself: { code: 'cannot-contain-yourself', message: 'You would lock yourself out.' },
  facts: ({ resetMfa }) => ['sessions', 'refreshTokens', 'apis', ...(resetMfa ? (['factors'] as const) : [])],

  plan(state, params) {
    const { user, sessions, refreshTokens, factors = [], apis } = state
    const steps = stepsOf(state, params)
    const isReset = steps.some(({ step, result }) => result === 'started' && resets.includes(step))
    return {
      wanted: {
        blocked: true,
        ...(sessions !== undefined && { sessions: 0 }),
        ...(refreshTokens !== undefined && { refresh_tokens: 0 }),
        ...(params.resetPassword && hasPassword(state) && { password: 'set' }),
        ...Object.fromEntries(factors.map(({ id }) => [`factors.${id}`, null])),
      },
      warnings: [
        livesUntil(apis),
        ...steps.flatMap(({ problem }) => problem ?? []),
        ...(isReset ? [{ code: 'set-anew', message: 'After an unblock they set a new password by mail, and enrol their factors again.' }] : []),
      ],
      undo: user.blocked
        ? { why: 'They were blocked before.' }
        : isReset
          ? { why: 'A password and second factors do not come back: unblock them, and they set new ones.' }
          : { action: 'user.unblock', params: {} },
      steps,
    }
  }, // prettier-ignore

  async run(tools, { state, params }) {
    const todo = stepsOf(state, params).filter(({ result }) => result === 'started')
    const after = await inSteps(todo.map(({ step }) => [step, works[step as Step](tools, state)]))
    return { ...after, ...(after.steps?.every(({ error }) => !error) && (await tools.lookAgain())) }
  },
})

const resets = ['reset-password', 'reset-mfa']
const hasPassword = ({ user }: KnownState) => ownDatabaseIdentity(user) !== undefined

/**
 * The password first: in Auth0, to set one lifts a block. Then the block, before what it keeps from being opened again. Second factors last:
 * without them an account is easier to get into, which is no matter once it is shut.
 */
function stepsOf(state: KnownState, { resetPassword, resetMfa }: Params): RunStep[] {
  const { sessions, factors = [], apis } = state
  const lifetime = longestLifetime(apis)
  const isOutOfReach = sessions === undefined
  return [
    ...(resetPassword ? [planStep({ step: 'reset-password', fields: ['password'], skipped: hasPassword(state) ? undefined : noPassword })] : []),
    planStep({ step: 'block', fields: ['blocked'], tokensLiveSeconds: lifetime?.seconds ?? null }),
    planStep({ step: 'end-sessions', fields: isOutOfReach ? [] : ['sessions'], skipped: isOutOfReach ? sessionsOutOfReach : undefined }),
    planStep({ step: 'revoke-refresh-tokens', fields: state.refreshTokens === undefined ? [] : ['refresh_tokens'] }),
    ...(resetMfa ? [planStep({ step: 'reset-mfa', fields: factors.map(({ id }) => `factors.${id}`), skipped: factors.length > 0 ? undefined : noFactors })] : []),
  ]
} // prettier-ignore

const noFactors: Remark = { code: 'no-factors', message: 'They have no second factors.' }

type Step = 'reset-password' | 'block' | 'end-sessions' | 'revoke-refresh-tokens' | 'reset-mfa'
type Work = (tools: ActionTools, state: KnownState) => () => Promise<StateAfter>
const works: Record<Step, Work> = {
  'reset-password':
    ({ tenant: { changes } }, { user }) =>
    async () => {
      const connection = ownDatabaseIdentity(user)?.connection ?? ''
      const password = unguessablePassword()
      return { user: await changes.setPassword(user.user_id, { password, connection }), password: 'set' }
    },
  block:
    ({ tenant: { changes } }, { user }) =>
    async () => ({ user: await changes.updateUser(user.user_id, { blocked: true }) }),
  'end-sessions':
    ({ tenant: { changes } }, { user }) =>
    async () => {
      await changes.endSessions(user.user_id)
      return {}
    },
  'revoke-refresh-tokens':
    ({ tenant: { changes } }, { user }) =>
    async () => {
      await changes.revokeRefreshTokens(user.user_id)
      return {}
    },
  'reset-mfa':
    ({ tenant: { changes } }, { user }) =>
    async () => {
      await changes.removeFactors(user.user_id)
      return {}
    },
}

/** The longest that an access token of any API lives. */
function longestLifetime(apis: readonly ManagementApi[] | undefined): { seconds: number; api: string } | undefined {
  const lifetimes = (apis ?? []).map((api) => ({
    api: api.name ?? api.identifier,
    seconds: Math.max(api.token_lifetime ?? 0, api.token_lifetime_for_web ?? 0),
  }))
  return lifetimes.reduce<(typeof lifetimes)[number] | undefined>((longest, one) => (longest && longest.seconds >= one.seconds ? longest : one), undefined)
} // prettier-ignore

function livesUntil(apis: readonly ManagementApi[] | undefined): Remark {
  const longest = longestLifetime(apis)
  if (!longest) return tokensLive
  const hours = Math.round(longest.seconds / 360) / 10
  return {
    ...tokensLive,
    message: `Access tokens that applications hold already are good until they expire: the longest, of ${longest.api}, after ${hours} hours.`,
  }
}
