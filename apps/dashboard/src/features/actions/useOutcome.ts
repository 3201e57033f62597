import type { ActionOutcome, ActionRun } from '@rollcall/contracts/admin-api'
import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { apiKey } from '../../api/api-client.ts'
import { ApiProblem, toError } from '../../api/problem.ts'
import { injected } from '../../injection.ts'
import { exactMoment } from '../../ui/moments.ts'
import { toast } from '../../ui/toasts.ts'
import { nameOf } from '../users/user-words.ts'
import type { NamedUser } from '../users/user-words.ts'
import { undoRun } from './actions.api.ts'
import { asked } from './asked.ts'
import { createRequestKeys } from './request-key.ts'
import { showOutcome } from './show-outcome.ts'

interface Done {
  user: NamedUser
  words: string
  /** Whether what is told is that it was undone. */
  isUndone?: boolean
}

/** Tells what has been done, shows it, and offers to undo it: also after whoever did it has gone on to another page. */
export function useOutcome() {
  const { t, locale } = useI18n()
  const client = useQueryClient()
  const api = injected(apiKey)

  function tell({ run, user }: ActionOutcome, { user: before, words, isUndone = false }: Done): void {
    showOutcome(client, run.userId, user)
    const name = nameOf(user ?? before)
    const keys = createRequestKeys()
    const done = t(`actions.${words}.${isUndone ? 'undone' : 'done'}`, { name })
    const until = run.accessTokensUntil
    const text = until ? `${done} ${t('actions.tokensUntil')} ${exactMoment(until, locale.value)}.` : done
    if (!run.undo.isPossible) return toast(text)
    const again = { user: user ?? before, words, isUndone: !isUndone, run }
    toast(text, { label: t(isUndone ? 'actions.redo' : 'actions.undo'), isUndo: true, run: () => undo(again, keys) })
  }

  async function undo(done: Done & { run: ActionRun }, keys: ReturnType<typeof createRequestKeys>): Promise<void> {
    const { run, user, words, isUndone = false } = done
    try {
      await undoNow(done, undefined, keys)
    } catch (error) {
      asked.value = { kind: 'undo', user, words, run, isRedo: !isUndone, problem: toError(error) }
    }
  }

  async function undoNow(
    { run, ...done }: Done & { run: ActionRun },
    reason: string | undefined,
    keys: ReturnType<typeof createRequestKeys>,
  ): Promise<void> {
    const request = { runId: run.runId, reason }
    try {
      tell(await undoRun(api, request, keys.keyFor(request)), done)
    } catch (error) {
      keys.noteFailure(toError(error))
      throw error
    }
  }

  /** Some of it was done: what is shown of them is old. */
  const tellPartly = (userId: string) => client.invalidateQueries({ queryKey: ['user', userId] })

  /** Somebody else was faster. */
  function tellGone(user: NamedUser): void {
    showOutcome(client, user.userId, null)
    toast(t('actions.goneAlready', { name: nameOf(user) }))
  }
  return { tell, tellPartly, tellGone, undoNow }
}
export const isGone = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status === 404 && error.code === 'user-not-found'
