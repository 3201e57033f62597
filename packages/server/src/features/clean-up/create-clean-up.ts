import type { CleanUp } from '@rollcall/contracts/admin-api'
import { readDisposableDomains } from './read-disposable-domains.ts'

/**
 * Who may be no user any more. Whoever is blocked already is none to be blocked.
 * @param declared whose addresses are thrown away
 * @throws RangeError with every fault of it
 */
export function createCleanUp(declared?: unknown): CleanUp {
  const { filter: disposable, faults } = readDisposableDomains(declared)
  if (faults.length > 0) throw new RangeError(faults.map(({ at, problem }) => `${at}: ${problem}`).join('\n'))
  return {
    segments: [
      {
        name: 'never-signed-in',
        filter: 'last_login:never created_at:<now-30d',
        action: 'user.schedule-deletion',
      },
      // Whoever has no address has none to verify.
      {
        name: 'unverified',
        filter: '_exists_:email email_verified:false created_at:<now-30d blocked:false',
        action: 'user.block',
      },
      { name: 'not-seen', filter: 'last_login:<now-1y blocked:false', action: 'user.block' },
      // Of several accounts that were never used none goes: one of them may be about to be.
      { name: 'duplicates', filter: 'email_used_elsewhere:true last_login:never', action: 'user.schedule-deletion' },
      // A block is a change: nothing has changed since, so they have been blocked for as long as that at least.
      { name: 'blocked', filter: 'blocked:true updated_at:<now-180d', action: 'user.schedule-deletion' },
      ...(disposable === undefined ? [] : [{ name: 'disposable' as const, filter: disposable, action: 'user.block' as const }]),
    ],
  }
} // prettier-ignore
