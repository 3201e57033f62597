import type { ActionOutcome, FieldChange } from '@rollcall/contracts/admin-api'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { apiKey } from '../../api/api-client.ts'
import { ApiProblem, toError } from '../../api/problem.ts'
import { injected } from '../../injection.ts'
import { previewAction, runAction } from './actions.api.ts'
import type { AskedAction } from './asked.ts'
import { secretParams } from './forms.ts'
import { createRequestKeys } from './request-key.ts'
import { isSameJson } from './same-json.ts'

/**
 * What an action would do, and the doing of it.
 * @param params undefined: not decided yet
 */
export function useActionRun({ user, basedOn: seen }: AskedAction, action: string, params: Readonly<Ref<unknown>>) {
  const openParams = computed(() => withoutSecrets(params.value, secretParams[action] ?? []))
  const api = injected(apiKey)
  const userId = user?.userId ?? null
  const preview = useQuery({
    queryKey: ['action preview', action, userId, openParams],
    queryFn: () => previewAction(api, { userId, action, params: openParams.value }),
    enabled: () => params.value !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0, // what it was when last looked at is of no use
  })
  const basedOn = shallowRef(seen)
  const problem = shallowRef<Error | null>(null)
  const isRunning = ref(false)
  const keys = createRequestKeys()

  /** What somebody would do to themself, for example. */
  const refusal = computed(() => {
    const { value: error } = preview.error
    return error instanceof ApiProblem && error.status === 409 ? error : undefined
  })
  /** What is no longer as it was when the change was decided on. */
  const differences = computed<readonly FieldChange[]>(() => {
    if (problem.value instanceof ApiProblem && problem.value.code === 'user-changed') return problem.value.differences
    const now = preview.data.value?.basedOn?.fields ?? {}
    return Object.entries(basedOn.value?.fields ?? {})
      .filter(([field, before]) => Object.hasOwn(now, field) && !isSameJson(before, now[field]))
      .map(([field, before]) => ({ field, before, after: now[field] }))
  })

  return {
    preview: preview.data,
    /** What is shown is not yet, or no longer, what would be done. */
    isLooking: computed(() => preview.isFetching.value),
    /** Why it is not to be, as things are. */
    obstacle: computed(() =>
      params.value === undefined ? undefined : (refusal.value?.message ?? preview.data.value?.obstacle?.message),
    ),
    /** Other users that what is said is about. */
    others: computed(() => {
      const { obstacle = null, warnings = [] } = preview.data.value ?? {}
      return params.value === undefined ? [] : [...(obstacle?.userIds ?? []), ...warnings.flatMap((one) => one.userIds ?? [])]
    }), // prettier-ignore
    /** It could not be found out, or could not be done. */
    problem: computed(() => problem.value ?? (refusal.value ? null : preview.error.value)),
    hasFailed: computed(() => problem.value !== null),
    isRunning,
    differences,
    lookAgain: () => {
      problem.value = null
      void preview.refetch()
    },
    /** Goes on from how things are now. */
    takePresent: () => {
      basedOn.value = undefined
      problem.value = null
      void preview.refetch()
    },
    /** @throws what `problem` holds then, too */
    run: async (reason: string | undefined): Promise<ActionOutcome> => {
      const request = {
        userId,
        action,
        params: params.value,
        reason,
        basedOn: basedOn.value ?? preview.data.value?.basedOn,
      }
      isRunning.value = true
      problem.value = null
      try {
        return await runAction(api, request, keys.keyFor(request))
      } catch (error) {
        problem.value = toError(error)
        keys.noteFailure(problem.value)
        if (isOtherwiseNow(problem.value)) void preview.refetch()
        throw error
      } finally {
        isRunning.value = false
      }
    },
  }
}

/** Somebody was faster, or a part of it is done: what it would do is to be looked at anew. */
const isOtherwiseNow = (problem: Error) =>
  problem instanceof ApiProblem &&
  ((problem.status === 409 && problem.code !== 'user-changed') || problem.steps.length > 0)

function withoutSecrets(params: unknown, secrets: readonly string[]): unknown {
  if (typeof params !== 'object' || params === null || secrets.length === 0) return params
  return Object.fromEntries(Object.entries(params).filter(([name]) => !secrets.includes(name)))
}
