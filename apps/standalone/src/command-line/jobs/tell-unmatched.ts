import type { Job, JobUnmatched } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { dim, type Screen } from '../screen.ts'
import { jobPath } from './watch-job.ts'

const mostShown = 10

/** Which entries of a list are nobody, or several. */
export async function tellUnmatched(
  { api, screen }: { api: ApiClient; screen: Screen },
  { jobId, selection: { unmatched } }: Job,
): Promise<void> {
  if (unmatched === 0) return
  const { entries }: JobUnmatched = await api.get(jobPath(jobId, 'unmatched'))
  for (const { entry, why } of entries.slice(0, mostShown)) await screen.say(dim(`  ${entry} is ${why}`))
  if (entries.length > mostShown) await screen.say(dim(`  and ${entries.length - mostShown} others`))
}
