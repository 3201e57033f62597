import type { ActionStep, FieldChange, Problem } from '@rollcall/contracts/admin-api'

interface ProblemParts extends Pick<Problem, 'status' | 'code' | 'detail' | 'differences' | 'steps' | 'userId'> {
  requestId?: string
}

/** A refusal of the API, or that it could not be asked; what a person is told of it. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  /** What is otherwise than was supposed. */
  readonly differences: FieldChange[]
  /** What of several things was done, and what was not. */
  readonly steps: ActionStep[]
  /** To whom. */
  readonly userId: string | undefined

  constructor({ status, code, detail, requestId, differences = [], steps = [], userId }: ProblemParts) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.requestId = requestId
    this.differences = differences
    this.steps = steps
    this.userId = userId
  }
}

/** Reads a refusal; something between us and the server may have answered in its place. */
export async function toProblem(response: Response): Promise<ApiProblem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false
  if (!isProblem) return new ApiProblem({ status: response.status, code: 'unknown', detail: '' })
  return new ApiProblem((await response.json()) as Problem)
}

export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
