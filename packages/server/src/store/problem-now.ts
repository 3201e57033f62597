import type { JobProblem } from './schema.ts'
import { storableJson } from './storable.ts'

/** Why something of ours stands still, as a column holds it. */
export function problemNow({ code, message }: { code: string; message: string }): string {
  const problem: JobProblem = { code, message, at: new Date().toISOString() }
  return storableJson(problem)
}
