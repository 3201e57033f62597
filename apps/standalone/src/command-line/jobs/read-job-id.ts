import { misused } from '../failure.ts'

/** @throws CommandFailed unless it is one job */
export function readJobId([jobId, ...others]: string[]): string {
  if (jobId === undefined || others.length > 0) throw misused('Say one job, by its id: rollcall jobs list has them.')
  return jobId
}
