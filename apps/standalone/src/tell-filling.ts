import type { DirectoryStatus } from '@rollcall/server'

const everyMs = 2000
const formatted = (value: number) => value.toLocaleString('en')

/** Says on a terminal how far the users are read, for whoever waits: nothing of a tenant whose users are read in a moment. */
export function tellFilling(say: (line: string) => void): (status: DirectoryStatus) => void {
  let saidAt = performance.now()
  let hasSaid = false
  return ({ state, fill }) => {
    if (state !== 'filling') {
      if (hasSaid && state === 'current') say('Directory: every user is in')
      hasSaid &&= state !== 'current'
      return
    }
    if (!fill || performance.now() - saidAt < everyMs) return
    saidAt = performance.now()
    hasSaid = true
    say(`Directory: ${describe(fill)}`)
  }
}

function describe({
  users: { done, total },
  rowsPerSecond,
  secondsLeft,
}: NonNullable<DirectoryStatus['fill']>): string {
  if (total !== null && done >= total) return `${formatted(done)} users, now who has which role and organization`
  const users = total === null ? `${formatted(done)} users` : `${formatted(done)} of ${formatted(total)} users`
  return [users, `${formatted(rowsPerSecond)} a second`, ...(secondsLeft === null ? [] : [`${formatted(secondsLeft)} s left`])].join(', ') // prettier-ignore
}
