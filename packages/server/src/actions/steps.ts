import { isDeepStrictEqual } from 'node:util'
import type { ActionStep } from '@rollcall/contracts/admin-api'
import { Conflict, RollcallError } from '@rollcall/http-kit'
import { tenantAnswerOf } from '@rollcall/tenant-client'
import type { RunFailure, RunStep } from '../store/schema.ts'
import type { Remark, StateAfter, StepReport } from './define-action.ts'
import { isUnreadable } from './fields.ts'

type Plan = Pick<RunStep, 'step' | 'fields'> & { skipped?: Remark | undefined; tokensLiveSeconds?: number | null }

/** @param skipped why it is not for this user */
export function planStep({ step, fields, skipped, ...more }: Plan): RunStep {
  return { step, fields, result: skipped ? 'skipped' : 'started', problem: skipped ?? null, ...more }
}

/** Does one thing after the other. One that the tenant refuses, or does not answer to, keeps none of the others from being done. */
export async function inSteps(works: readonly (readonly [step: string, work: () => Promise<StateAfter>])[]): Promise<StateAfter> {
  let after: StateAfter = {}
  const steps: StepReport[] = []
  for (const [step, work] of works) {
    try {
      after = { ...after, ...(await work()) }
      steps.push({ step })
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error // this server is given up, or at fault
      steps.push({ step, error })
    }
  }
  return { ...after, steps }
} // prettier-ignore

/** Does one thing after the other, until one fails: what comes after it builds on it. */
export async function inOrder(works: readonly (readonly [step: string, work: () => Promise<StateAfter>])[]): Promise<StateAfter> {
  let hasFailed = false
  return inSteps(
    works.map(([step, work]) => [
      step,
      async () => {
        if (hasFailed) throw new Conflict('not-tried', 'It was not tried, since what comes before it was not done.')
        try {
          return await work()
        } catch (error) {
          hasFailed = true
          throw error
        }
      },
    ]),
  )
} // prettier-ignore

/** What became of each step: as it was reported, or else as the user now looks. */
export function settleSteps(
  steps: readonly RunStep[],
  { wanted, now, reports }: { wanted: Record<string, unknown>; now: Record<string, unknown>; reports: readonly StepReport[] },
): RunStep[] {
  // To somebody who was never made nothing was done, whatever else would leave no trace.
  const isNobody = wanted.account === true && now.account === false
  return steps.map((step) => {
    if (step.result === 'skipped') return step
    const report = reports.find((one) => one.step === step.step)
    if (report?.skipped) return { ...step, result: 'skipped', problem: report.skipped }
    const error = report?.error
    if (report && !error) return { ...step, result: 'done' }
    const isVisible = step.fields.length > 0 && !step.fields.some(isUnreadable)
    if (isVisible && step.fields.every((field) => isDeepStrictEqual(now[field], wanted[field])))
      return { ...step, result: 'done' }
    const isKnown = isVisible || isNobody || (error && tenantAnswerOf(error)?.isRefusal)
    const problem = error ? { code: error.code, message: error.message } : interrupted
    return { ...step, result: isKnown ? 'failed' : 'unknown', problem }
  })
} // prettier-ignore

const interrupted: Remark = { code: 'interrupted', message: 'It was interrupted before that.' }

export const isUndone = ({ result }: Pick<RunStep, 'result'>) => result === 'failed' || result === 'unknown'

/** Of a run whose steps did not all go well. */
export function stepsFailure(steps: readonly RunStep[]): RunFailure {
  const undone = steps
    .filter(isUndone)
    .map(({ step, problem }) => `${step} (${problem?.message ?? 'why is not known'})`)
  return { status: 502, code: 'partly-done', message: `Not done, or not known to be: ${undone.join('; ')}` }
}

export const presentStep = ({ step, result, problem }: RunStep): ActionStep => ({ step, result, problem })

/** Until when an access token that was issued before may be good. */
export function tokensUntil(steps: readonly RunStep[], endedAt: Date | null): Date | null {
  const last = steps.find(({ tokensLiveSeconds }) => tokensLiveSeconds !== undefined)
  if (last?.result !== 'done' || typeof last.tokensLiveSeconds !== 'number' || !endedAt) return null
  return new Date(endedAt.getTime() + last.tokensLiveSeconds * 1000)
}
