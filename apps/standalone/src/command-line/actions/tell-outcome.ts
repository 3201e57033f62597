import type { ActionOutcome, ActionPreview, FieldChange } from '@rollcall/contracts/admin-api'
import type { CommandFailed } from '../failure.ts'
import { dim, green, red, yellow, type Screen } from '../screen.ts'

/** To whom it was, as every line about it begins. */
export interface Told {
  userId: string
  action: string
}
interface Where {
  screen: Screen
  isJson: boolean
}

export async function tellDone({ screen, isJson }: Where, told: Told, outcome: ActionOutcome): Promise<void> {
  const { run, shownOnce } = outcome
  if (isJson) return screen.json({ ...told, result: 'done', ...outcome })
  if (!screen.isTerminal) return screen.row([told.userId, 'done', run.runId, ...onceShown(shownOnce)])
  await screen.say(green('done'), '  ', told.userId, '  ', told.action)
  await tellChanges(screen, run.changes)
  for (const { step, result, problem } of run.steps) await screen.say('  ', `${step}: ${result}`, problem ? `, ${problem.message}` : '')
  const until = shownOnce && 'expiresAt' in shownOnce ? `until ${shownOnce.expiresAt}; ` : ''
  for (const line of onceShown(shownOnce)) await screen.say('  ', line, dim(`  ${until}shown this once`))
  if (run.undo.isPossible) await screen.say(dim(`  rollcall undo ${run.runId} puts it back`))
} // prettier-ignore

const onceShown = (shown: ActionOutcome['shownOnce']): string[] => {
  if (!shown) return []
  if ('recoveryCode' in shown) return [shown.recoveryCode]
  return 'link' in shown ? [shown.link] : shown.tokens.map(({ name, token }) => `${name}=${token}`)
}

export async function tellPreview({ screen, isJson }: Where, told: Told, preview: ActionPreview): Promise<void> {
  const { obstacle, changes, warnings, undo } = preview
  if (isJson) return screen.json({ ...told, result: obstacle ? 'cannot' : 'can', ...preview })
  if (!screen.isTerminal)
    return screen.row([
      told.userId,
      obstacle ? 'cannot' : 'can',
      obstacle?.code ?? changes.map(describeChange).join('; '),
    ])
  await screen.say(obstacle ? red('cannot') : green('can'), '  ', told.userId, '  ', obstacle?.message ?? told.action)
  await tellChanges(screen, changes)
  for (const { message } of warnings) await screen.say('  ', yellow(message))
  if (!undo.isPossible && !obstacle) await screen.say(dim(`  It cannot be undone${undo.why ? `: ${undo.why}` : '.'}`))
}

export async function tellRefused({ screen, isJson }: Where, told: Told, failure: CommandFailed): Promise<void> {
  const { code, message, requestId, hints } = failure
  if (isJson) return screen.json({ ...told, result: 'failed', problem: { code, message, requestId, hints } })
  if (!screen.isTerminal) return screen.row([told.userId, 'failed', code, message])
  await screen.say(red('failed'), '  ', told.userId, '  ', message)
}

async function tellChanges(screen: Screen, changes: readonly FieldChange[]): Promise<void> {
  for (const change of changes) await screen.say('  ', describeChange(change))
}

const describeChange = ({ field, before, after }: FieldChange) => `${field}: ${valueText(before)} → ${valueText(after)}`
const valueText = (value: unknown) => (value === undefined || value === null ? 'nothing' : JSON.stringify(value))
