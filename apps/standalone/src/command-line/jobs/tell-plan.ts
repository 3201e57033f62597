import type { Job } from '@rollcall/contracts/admin-api'
import { dim, yellow, type Screen } from '../screen.ts'
import { tellDecision } from './tell-decision.ts'

const mostSamples = 5

const ahead: readonly Job['phase'][] = ['planning', 'planned', 'waiting-for-approval']

/** What the dry run of a job found. */
export async function tellPlan(screen: Screen, job: Job): Promise<void> {
  const { action, phase, counts, plan, selection } = job
  const isAhead = ahead.includes(phase)
  const number = (users: number) => `${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}`
  await screen.say(isAhead ? `${action} would be done to ${number(counts.waiting)} of ${number(counts.users)}` : `${action} of ${number(counts.users)}`) // prettier-ignore
  await tellDecision(screen, job)
  if (selection.unmatched > 0) await screen.say(`  ${selection.unmatched} of the list are nobody, or several`)
  if (!plan) return
  for (const { users, message } of plan.excluded) await screen.say(`  ${number(users)} left out: ${message}`)
  for (const { users, why } of plan.cannotBeUndone)
    await screen.say('  ', yellow(`${number(users)} cannot be undone: ${why}`))
  for (const { message } of plan.warnings) await screen.say('  ', yellow(message))
  if (isAhead && plan.seconds !== null) await screen.say(`  It takes about ${plan.seconds.toLocaleString('en')} s`)
  for (const { userId, name, email } of plan.samples.slice(0, mostSamples))
    await screen.say(dim(`  for example ${[...new Set([userId, name, email])].filter(Boolean).join(', ')}`))
}
