import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from '@rollcall/contracts/admin-api'
import { reasonOf, type AccessTokens } from './access-token.ts'
import { CommandFailed, exitCodes } from './failure.ts'

export type Query = Record<string, string | number | undefined>

/** What is to be sent. */
export interface Outgoing {
  read(): AsyncIterable<Uint8Array>
  /** Whether it can be read from its beginning again, once the server has asked to wait. */
  isRepeatable: boolean
}

/** Rollcall's API. Every refusal is a CommandFailed with the exit code that goes with it. */
export interface ApiClient {
  get<Answer>(path: string, query?: Query): Promise<Answer>
  /** What everybody may read: asked without a token. */
  getPublic<Answer>(path: string): Promise<Answer>
  /** A question that takes a body, and changes nothing. */
  ask<Answer>(path: string, body: unknown): Promise<Answer>
  /** @param key makes of repetitions one request; without it nothing is repeated */
  post<Answer>(path: string, body: unknown, key?: string): Promise<Answer>
  put<Answer>(path: string, body: unknown): Promise<Answer>
  delete(path: string): Promise<void>
  /** Sends a file as it is read, for as long as it takes. What has broken off is not begun anew. */
  upload<Answer>(path: string, query: Query, file: Outgoing): Promise<Answer>
  /** What is read as it arrives, for as long as it takes. */
  stream(path: string, query: Query): Promise<Response>
}

export interface ApiClientOptions {
  url: string
  tokens: AccessTokens
  signal: AbortSignal
  /** Told why it takes longer. */
  onWait(line: string): void
}

/** Longer than the server takes at worst: it waits for others who change the same user, and for the tenant. */
const patienceMs = 120_000
const mostAttempts = 4
const longestWaitSeconds = 60

interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  query?: Query
  body?: unknown
  key?: string | undefined
  isQuestion?: boolean
  isPublic?: boolean
  isStream?: boolean
  file?: Outgoing
}

export function createApiClient({ url, tokens, signal, onWait }: ApiClientOptions): ApiClient {
  let hasAnswered = false

  const send = async (call: Call): Promise<Response> => {
    const { method, path, query = {}, body, key, isPublic, isStream, file } = call
    // A file that is not taken in whole is not kept: to break that off changes nothing.
    const isChange = method !== 'GET' && !call.isQuestion && !file
    const set = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
    const question = set.length > 0 ? `?${new URLSearchParams(set)}` : ''
    const headers = {
      accept: isStream ? '*/*' : 'application/json',
      'user-agent': 'rollcall-command-line',
      ...(!isPublic && { authorization: `Bearer ${await tokens.get()}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(file && { 'content-type': 'application/octet-stream' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    }
    return fetch(`${url}/api/${path}${question}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // Node's fetch takes whatever yields bytes; the types are those of browsers.
      ...(file && { body: file.read() as unknown as ReadableStream<Uint8Array>, duplex: 'half' }),
      redirect: 'error', // a token goes where it was meant to go
      // What changes something is seen to its end, whoever is told to stop: else nobody would know how it ended.
      signal: AbortSignal.any([
        ...(isChange ? [] : [signal]),
        ...(isStream || file ? [] : [AbortSignal.timeout(patienceMs)]),
      ]),
    })
  }

  const ask = async (call: Call): Promise<Response> => {
    const isRepeatable = call.method === 'GET' || call.isQuestion || call.key !== undefined || call.file?.isRepeatable
    let renewals = 1
    for (let attempt = 1; ; attempt += 1) {
      const isLast = !isRepeatable || attempt === mostAttempts
      let response: Response
      try {
        response = await send(call)
        hasAnswered = true
      } catch (error) {
        signal.throwIfAborted()
        // Of a file that cannot be read on, too.
        for (const failure of [error, (error as Error).cause]) if (failure instanceof CommandFailed) throw failure
        // A server that has answered before is being restarted; one that never has is not there.
        if (isLast || call.file || !hasAnswered) throw unreachable(url, error)
        await sleep(500 * attempt, undefined, { signal })
        continue
      }
      if (response.ok) return response
      if (response.status === 401 && !call.isPublic && renewals-- > 0 && tokens.renew()) continue
      const waits = Number(response.headers.get('retry-after') ?? Number.NaN)
      const isWorthIt = (response.status === 429 || response.status === 503) && waits <= longestWaitSeconds
      if (isLast || !isWorthIt) throw await toFailure(response)
      await response.body?.cancel()
      onWait(`Asked to wait ${waits} s (${response.status}).`)
      await sleep(waits * 1000, undefined, { signal })
    }
  }

  const read = async <Answer>(call: Call): Promise<Answer> => {
    const response = await ask(call)
    try {
      return (await response.json()) as Answer
    } catch (error) {
      signal.throwIfAborted()
      throw new CommandFailed(exitCodes.unavailable, 'not-rollcall', `What answers at ${url} is not Rollcall’s API.`, {
        hints: ['ROLLCALL_URL says where it is.'],
        cause: error,
      })
    }
  }
  return {
    get: (path, query = {}) => read({ method: 'GET', path, query }),
    getPublic: (path) => read({ method: 'GET', path, isPublic: true }),
    ask: (path, body) => read({ method: 'POST', path, body, isQuestion: true }),
    post: (path, body, key) => read({ method: 'POST', path, body, key }),
    put: (path, body) => read({ method: 'PUT', path, body }),
    delete: async (path) => {
      await ask({ method: 'DELETE', path })
    },
    upload: (path, query, file) => read({ method: 'POST', path, query, file }),
    stream: (path, query) => ask({ method: 'GET', path, query, isStream: true }),
  }
}

const unreachable = (url: string, cause: unknown) =>
  new CommandFailed(exitCodes.unavailable, 'server-unreachable', `Rollcall cannot be reached at ${url}.`, {
    hints: [reasonOf(cause), 'ROLLCALL_URL says where it is; npm start starts it here.'],
    cause,
  })

const byStatus: Record<number, number> = {
  400: exitCodes.misused,
  401: exitCodes.notPermitted,
  403: exitCodes.notPermitted,
  404: exitCodes.notFound,
  409: exitCodes.inTheWay,
  413: exitCodes.misused,
  429: exitCodes.unavailable,
  502: exitCodes.unavailable,
  503: exitCodes.unavailable,
  504: exitCodes.unavailable,
}

/** Something between us and the server may have answered in its place. */
async function toFailure(response: Response): Promise<CommandFailed> {
  const { status } = response
  const exitCode = byStatus[status] ?? exitCodes.failed
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false
  if (!isProblem) return new CommandFailed(exitCode, `http-${status}`, `The server answered ${status} and no more.`)
  const problem = (await response.json()) as Problem
  const hints = [
    ...(problem.errors ?? []).map(({ path, message }) => `${path}: ${message}`).filter((hint) => !hint.includes(problem.detail)),
    ...(problem.steps ?? []).map(({ step, result, problem: why }) => `${step}: ${result}${why ? ` (${why.message})` : ''}`),
    ...(problem.differences ?? []).map(({ field, before, after }) => `${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`),
    ...(problem.missingScopes ? [`The server’s own application lacks the scope ${problem.missingScopes.join(' or ')}.`] : []),
  ] // prettier-ignore
  // Of several things some are done: asking again is no remedy.
  const isPartly = problem.code === 'partly-done'
  return new CommandFailed(isPartly ? exitCodes.failed : exitCode, problem.code, problem.detail, {
    hints,
    requestId: problem.requestId,
  })
}
