import type { InjectionKey } from 'vue'
import { ApiProblem, toProblem } from './problem.ts'

/** Sends a request with the access token, and its proof where tokens are bound. */
export type AuthorizedFetch = (url: string, init: RequestInit) => Promise<Response>

export interface ApiClient {
  /** @throws ApiProblem */
  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer>
  /**
   * @param key makes of repetitions one request
   * @throws ApiProblem
   */
  post<Answer>(path: string, body: unknown, key?: string): Promise<Answer>
  /**
   * Sends a file as it is; the browser reads it from the disk as it goes.
   * @throws ApiProblem
   */
  upload<Answer>(path: string, file: Blob, signal: AbortSignal): Promise<Answer>
  /** @throws ApiProblem */
  put<Answer>(path: string, body: unknown): Promise<Answer>
  /** @throws ApiProblem */
  delete(path: string): Promise<void>
  /**
   * An answer that is read as it arrives; whoever asks reads it to its end or aborts.
   * @param accept the media type wanted
   * @param body of a POST; absent: it is a GET
   * @throws ApiProblem
   */
  stream(path: string, accept: string, signal: AbortSignal, body?: unknown): Promise<Response>
}

export const apiKey: InjectionKey<ApiClient> = Symbol('api client')

/**
 * Rollcall's own API, relative to where the dashboard is mounted.
 * @param onSessionLost called when there is no token to be had any more
 */
export function createApiClient({
  baseUrl,
  authorizedFetch,
  onSessionLost,
}: {
  baseUrl: string
  authorizedFetch: AuthorizedFetch
  onSessionLost: () => void
}): ApiClient {
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { accept: 'application/json', ...(init.headers as Record<string, string>) } // we set no other kind
    let response: Response
    try {
      response = await authorizedFetch(`${baseUrl}api/${path}`, { ...init, headers })
    } catch (error) {
      if (init.signal?.aborted) throw error
      if (isSessionLost(error)) {
        onSessionLost()
        throw new ApiProblem({ status: 401, code: 'session-lost', detail: '' })
      }
      throw new ApiProblem({ status: 0, code: 'network', detail: '' })
    }
    if (response.status === 401) onSessionLost()
    if (!response.ok) throw await toProblem(response)
    return response
  }
  const write = async <Answer>(method: 'POST' | 'PUT', path: string, body: unknown, key?: string) => {
    const headers = { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) }
    return (await (await send(path, { method, headers, body: JSON.stringify(body) })).json()) as Answer
  }
  return {
    get: async <Answer>(path: string, signal?: AbortSignal) =>
      (await (await send(path, { method: 'GET', ...(signal && { signal }) })).json()) as Answer,
    delete: async (path) => {
      await send(path, { method: 'DELETE' })
    },
    post: (path, body, key) => write('POST', path, body, key),
    upload: async <Answer>(path: string, file: Blob, signal: AbortSignal) =>
      (await (await send(path, { method: 'POST', body: file, signal })).json()) as Answer,
    put: (path, body) => write('PUT', path, body),
    stream: (path, accept, signal, body) =>
      body === undefined
        ? send(path, { method: 'GET', headers: { accept }, signal })
        : send(path, {
            method: 'POST',
            headers: { accept, 'content-type': 'application/json' },
            body: JSON.stringify(body),
            signal,
          }),
  }
}

/** What the sign-in library throws when the tenant gives no token without asking the person. */
const sessionErrors = [
  'login_required',
  'consent_required',
  'interaction_required',
  'invalid_grant',
  'missing_refresh_token',
  'missing_access_token',
]

function isSessionLost(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'error' in error && sessionErrors.includes(String(error.error))
}
