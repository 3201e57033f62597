import { CommandFailed, exitCodes, misused } from './failure.ts'
import type { Screen } from './screen.ts'

/** How whoever calls agrees to something that is done to many. */
export interface Agreement {
  /** Whoever sits there is not asked. */
  isAgreed: boolean
  /** So many it is to be: with another number nothing is done. */
  users: number | undefined
}

/** Before anything is begun. @throws CommandFailed where nobody could agree later on */
export function checkAgreement({ canAsk }: Pick<Screen, 'canAsk'>, { isAgreed, users }: Agreement): void {
  if (isAgreed || users !== undefined || canAsk) return
  throw misused(
    'Nobody can be asked here whether that is meant.',
    'Write --yes, or --users N if it is to be N of them.',
  )
}

/** @throws CommandFailed with another number, or when something else is typed */
export async function agree(
  screen: Screen,
  { question, waiting }: { question: string; waiting: number },
  { isAgreed, users }: Agreement,
): Promise<void> {
  if (users !== undefined && users !== waiting)
    throw new CommandFailed(exitCodes.inTheWay, 'other-number', `It would be ${waiting} users, and not ${users}: nothing was done.`)
  if (users === undefined && !isAgreed) await confirm(screen, question, waiting)
} // prettier-ignore

/** @throws CommandFailed when something else is typed */
export async function confirm(screen: Screen, question: string, users: number): Promise<void> {
  const typed = await screen.ask(`${question} Type ${users} to go on: `)
  if (typed.trim() !== String(users)) throw new CommandFailed(exitCodes.failed, 'not-confirmed', 'Nothing was done.')
}
