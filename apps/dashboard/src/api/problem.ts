import type { Problem } from '@rollcall/contracts/admin-api'

/** A refusal of the API, or that it could not be asked; what a person is told of it. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined

  constructor({
    status,
    code,
    detail,
    requestId,
  }: {
    status: number
    code: string
    detail: string
    requestId?: string
  }) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.requestId = requestId
  }
}

/** Reads a refusal; something between us and the server may have answered in its place. */
export async function toProblem(response: Response): Promise<ApiProblem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false
  if (!isProblem) return new ApiProblem({ status: response.status, code: 'unknown', detail: '' })
  const { status, code, detail, requestId } = (await response.json()) as Problem
  return new ApiProblem({ status, code, detail, requestId })
}
