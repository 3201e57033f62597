import type { Job } from '@rollcall/contracts/admin-api'
import { yellow, type Screen } from '../screen.ts'

/** Whether a second person is needed, and what they have decided. */
export async function tellDecision(
  screen: Screen,
  { phase, approval }: Pick<Job, 'phase' | 'approval'>,
): Promise<void> {
  const { isNeeded, isGiven, byName, byId, comment, until } = approval
  if (isGiven !== null) {
    const said = comment === null ? '' : `: ${comment}`
    return screen.say(`  ${isGiven ? 'approved' : 'refused'} by ${byName ?? byId ?? 'nobody'}${said}`)
  }
  if (phase === 'planned' && isNeeded) return screen.say('  ', yellow('A second person has to approve it.'))
  if (phase === 'waiting-for-approval')
    await screen.say('  ', yellow(`It waits for a second person${until === null ? '' : `, until ${until}`}.`))
}
