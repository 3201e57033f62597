import { ApiProblem } from '../../api/problem.ts'

/**
 * Keys by which the server knows a repetition: the same for the same request until it has been answered, since what got no answer may have
 * been done all the same.
 */
export function createRequestKeys() {
  let last: { request: string; key: string } | undefined
  return {
    keyFor: (request: unknown): string => {
      const text = JSON.stringify(request)
      if (last?.request !== text) last = { request: text, key: crypto.randomUUID() }
      return last.key
    },
    /** A refusal is an answer: trying again is another request. */
    noteFailure: (problem: Error) => {
      if (!(problem instanceof ApiProblem) || !['network', 'unknown'].includes(problem.code)) last = undefined
    },
  }
}
